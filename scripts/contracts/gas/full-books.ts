import { type Hex, keccak256, maxUint256, parseEther, toHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { account, aStorgo, type Storgo, type Wallet } from '../../../test/contracts/fixtures/network.ts'
import { aProvider, fund, type Provider } from '../../../test/contracts/fixtures/providers.ts'
import { openParams } from '../../../test/contracts/fixtures/volumes.ts'

export const VOLUMES = 1000
/** 16 GiB. */
export const SECTORS = 16_384
const SLOTS = 6
const EPOCHS = 10_000
const OPEN_GAS = 2_000_000n

export type FullBooks = { storgo: Storgo; owner: Wallet; provider: Provider; providers: Provider[]; opened: bigint[] }

/** Every volume has a client of its own. */
export const clientKey = (volumeId: bigint): Hex => keccak256(toHex(volumeId, { size: 32 }))

/** Gas that a transaction used. */
export async function gasUsed({ publicClient }: Storgo, hash: Hex): Promise<bigint> {
  const { gasUsed: used, status } = await publicClient.getTransactionReceipt({ hash })
  if (status !== 'success') throw new Error(`transaction ${hash} reverted`)
  return used
}

/** The argument of `open` for a volume over all providers. */
export const fullSize = (providers: readonly Provider[], volumeId: bigint) =>
  openParams({
    providers,
    k: 4,
    sectors: SECTORS,
    epochs: EPOCHS,
    sessionKey: privateKeyToAddress(clientKey(volumeId)),
  })

/** Six providers whose books hold 1000 slots of 16 GiB each. @returns also what each opening cost, in order. */
export async function fullBooks(): Promise<FullBooks> {
  const storgo = await aStorgo()
  const { registry, token, market } = storgo
  const owner = account(storgo, 20)
  await fund(storgo, owner, parseEther('10000000'))
  const providers: Provider[] = []
  for (let i = 1; i <= SLOTS; i++) {
    const provider = await aProvider(storgo, i)
    await token.write.approve([registry.address, maxUint256])
    await registry.write.addStake([provider.operator, parseEther('200000')])
    providers.push(provider)
  }
  const opened: bigint[] = []
  for (let volumeId = 1n; volumeId <= VOLUMES; volumeId++) {
    const options = { account: owner.account, gas: OPEN_GAS }
    opened.push(await gasUsed(storgo, await market.write.open([fullSize(providers, volumeId)], options)))
  }
  const [provider] = providers
  if (provider === undefined) throw new Error('there are no providers')
  return { storgo, owner, provider, providers, opened }
}
