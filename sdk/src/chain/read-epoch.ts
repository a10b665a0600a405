import { proofOfStorageAbi } from '@storgo/contracts/abi'
import { type BlockNumber, type Epoch, type EpochSchedule, epochAt } from '@storgo/protocol'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

export type EpochStatus = {
  /** The newest block. */
  block: BlockNumber
  epoch: Epoch
  /** First block of `epoch`, and the one whose RANDAO value is its seed. */
  firstBlock: BlockNumber
  seedBlock: BlockNumber
  seedDelayBlocks: number
  /** Starts at `epoch`; good until governance changes the length of epochs. */
  schedule: EpochSchedule
}

/** The newest block and where it lies in its epoch. */
export async function readEpoch({ publicClient, deployment }: Chain): Promise<EpochStatus> {
  const proofs = { address: deployment.proofs, abi: proofOfStorageAbi } as const
  return onChain(async () => {
    const block = (await publicClient.getBlockNumber()) as BlockNumber
    const at = { ...proofs, blockNumber: block } as const
    const [epoch, [epochBlocks, seedDelayBlocks]] = await Promise.all([
      publicClient.readContract({ ...at, functionName: 'epochAt', args: [block] }),
      publicClient.readContract({ ...at, functionName: 'schedule' }),
    ])
    const first = await publicClient.readContract({ ...at, functionName: 'firstBlock', args: [epoch] })
    const firstBlock = first as BlockNumber
    const schedule: EpochSchedule = { firstBlock, firstEpoch: epoch as Epoch, epochBlocks }
    const seedBlock = (first + BigInt(seedDelayBlocks)) as BlockNumber
    return { block, epoch: epochAt(block, schedule), firstBlock, seedBlock, seedDelayBlocks, schedule }
  })
}
