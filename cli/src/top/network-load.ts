import { type Chain, connectChain, listProviders, readEpoch } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { findNetwork } from '../profile/find-network.ts'
import { readProfile } from '../profile/profile-file.ts'

/** The whole network as the chain has it. */
export type NetworkLoad = {
  epoch: number
  block: bigint
  blocksToNextEpoch: number
  providers: number
  billedSectors: number
  freeSectors: number
}

/** A chain to ask about the network, or why there is none. */
export async function connectForLoad(context: Context): Promise<Chain> {
  const { rpcUrl, deployment } = await findNetwork(context, (await readProfile(context)) ?? {})
  return connectChain({ rpcUrl, deployment })
}

export async function networkLoad(chain: Chain): Promise<NetworkLoad> {
  const [{ epoch, block, firstBlock, schedule }, providers] = await Promise.all([
    readEpoch(chain),
    Array.fromAsync(listProviders(chain)),
  ])
  const sum = (of: (each: (typeof providers)[number]) => number) => providers.reduce((all, each) => all + of(each), 0)
  return {
    epoch,
    block,
    blocksToNextEpoch: Number(firstBlock + BigInt(schedule.epochBlocks) - block),
    providers: providers.length,
    billedSectors: sum(({ billedSectors }) => billedSectors),
    freeSectors: sum(({ freeSectors }) => freeSectors),
  }
}
