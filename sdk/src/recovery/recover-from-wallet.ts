import { deriveSessionKey, type Envelope, isStorgoError, readEnvelopes, StorgoError } from '@storgo/protocol'
import { isAddressEqual, type LocalAccount } from 'viem'
import { bytesToHex } from 'viem/utils'
import { type Chain, connectChain } from '../chain/connect-chain.ts'
import type { Deployment } from '../chain/deployment.ts'
import { listVolumes } from '../chain/list-volumes.ts'
import { readSessionKey } from '../chain/read-session-key.ts'
import type { Volume } from '../chain/read-volume.ts'
import { createPeer } from '../net/create-peer.ts'
import { unlockMasterKey } from '../volumes/master-key.ts'
import { readRecord } from '../volumes/read-record.ts'

const AGENT = 'storgo-sdk/0.1.0'
const ANSWER_MS = 5_000

/** What an account had: with it `connectStorgo` reads and writes its volumes as before. */
export type Recovered = { masterKey: Uint8Array; envelope: Envelope; volumeIds: bigint[] }

type RecoverOptions = { rpcUrl: string; deployment: Deployment; signal?: AbortSignal }

const never = new AbortController().signal

/**
 * Finds an account's volumes on the chain and its master key in what their slots keep, with nothing but the wallet: it says
 * hello itself, and opens the envelope. The slots need not be believed: only the right key is the one that the chain names.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN` if the account has no volume; `NOT_ENOUGH_SLOTS` if none of its slots gives an
 * envelope that the wallet opens; `CHAIN_UNREACHABLE`, `WRONG_CHAIN`.
 */
export async function recoverFromWallet(account: LocalAccount, options: RecoverOptions): Promise<Recovered> {
  const { rpcUrl, deployment, signal = never } = options
  const chain = await connectChain({ rpcUrl, deployment, account })
  const volumes = await Array.fromAsync(listVolumes(chain, { owner: account.address }))
  const open = volumes.filter(({ closed }) => !closed)
  if (open.length === 0) {
    throw new StorgoError('VOLUME_UNKNOWN', `account ${account.address} has no open volume on this chain`)
  }
  await using peer = await createPeer({ identity: { wallet: account, domain: chain.domain, agent: AGENT } })
  const tried = new Set<string>()
  for (const volume of open.toReversed()) {
    const { links } = await readRecord({ chain, volumeId: volume.volumeId, peerFor: async () => peer, signal })
    for (const link of links) {
      signal.throwIfAborted()
      const envelopes = await link.state({ timeoutMs: ANSWER_MS, signal }).then(envelopesOf, () => [])
      for (const envelope of envelopes) {
        const name = bytesToHex(envelope.sealed)
        if (tried.has(name)) continue
        tried.add(name)
        const masterKey = await openEnvelope(account, chain, envelope, volume)
        if (masterKey) return { masterKey, envelope, volumeIds: open.map(({ volumeId }) => volumeId) }
      }
    }
  }
  const message = `no slot of the ${open.length} volumes of ${account.address} gave a sealed master key that this wallet opens`
  throw new StorgoError('NOT_ENOUGH_SLOTS', message, { account: account.address, volumes: open.length })
}

function envelopesOf(reply: {
  certified?: { headRecord: Uint8Array }
  latest?: { headRecord: Uint8Array }
}): Envelope[] {
  const record = reply.certified?.headRecord ?? reply.latest?.headRecord
  return record ? readEnvelopes(record).filter(({ kind }) => kind === 0) : []
}

/** The master key, if the wallet opens the envelope and the volume's session key follows from it. */
async function openEnvelope(
  account: LocalAccount,
  chain: Chain,
  envelope: Envelope,
  { volumeId, generation }: Volume,
): Promise<Uint8Array | undefined> {
  const { chainId } = chain.deployment
  try {
    const masterKey = await unlockMasterKey(account, chainId, envelope)
    const named = await readSessionKey(chain, { volumeId, generation })
    const { address } = deriveSessionKey(masterKey, chainId, generation)
    return named && isAddressEqual(named.address, address) ? masterKey : undefined
  } catch (error) {
    if (isStorgoError(error, 'DECRYPTION_FAILED')) return undefined
    throw error
  }
}
