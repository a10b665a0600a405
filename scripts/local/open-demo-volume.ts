import { deriveSessionKey } from '@storgo/protocol'
import { connectChain, type Deployment, openVolume, quoteVolume } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { openWallet, type WalletFiles } from '../../cli/src/profile/wallet.ts'
import { accounts } from './accounts.ts'

const K = 4
const M = 2
/** 1.5 GiB of log in four data slots: room for 1 GiB of data, and for what changes leave behind. */
const SECTORS = 384
/** About a week of epochs. */
const EPOCHS = 20_000
const POLL_MS = 50
const SESSION_SECONDS = 30n * 86_400n

export type OpenDemoVolumeOptions = {
  rpcUrl: string
  deployment: Deployment
  wallet: WalletFiles & { passwordFile: string }
}

/** Opens the demo account's 4 + 2 volume at the first six providers. */
export async function openDemoVolume({ rpcUrl, deployment, wallet }: OpenDemoVolumeOptions): Promise<bigint> {
  const { account, masterKey } = await openWallet(wallet, await readPasswordFile(wallet.passwordFile))
  const chain = await connectChain({ rpcUrl, deployment, account, pollingIntervalMs: POLL_MS })
  const providers = accounts.operators.slice(0, K + M).map(({ address }) => address)
  const [maxPricePerEpoch, { timestamp }] = await Promise.all([
    quoteVolume(chain, { providers, sectors: SECTORS }),
    chain.publicClient.getBlock(),
  ])
  const sessionKey = deriveSessionKey(masterKey, deployment.chainId, 1).address
  const sessionKeyExpiry = timestamp + SESSION_SECONDS
  const { volumeId } = await openVolume(chain, {
    k: K,
    m: M,
    sectors: SECTORS,
    epochs: EPOCHS,
    providers,
    maxPricePerEpoch,
    sessionKey,
    sessionKeyExpiry,
  })
  return volumeId
}
