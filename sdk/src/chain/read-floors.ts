import { proofOfStorageAbi, storageMarketAbi } from '@storgo/contracts/abi'
import { zeroAddress } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** Least nonce of a state that proves a slot: in the current epoch, and from the next one on. */
export type Floor = { slot: number; floor: bigint; nextFloor: bigint }

/**
 * The floors of a volume's slots, in order, as of one block; those of a vacant slot are 0.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `VOLUME_CLOSED`.
 */
export async function readFloors({ publicClient, deployment }: Chain, volumeId: bigint): Promise<Floor[]> {
  const market = { address: deployment.market, abi: storageMarketAbi } as const
  const proofs = { address: deployment.proofs, abi: proofOfStorageAbi } as const
  return onChain(async () => {
    const blockNumber = await publicClient.getBlockNumber()
    const call = { ...market, functionName: 'quorumOf', args: [volumeId], blockNumber } as const
    const [, providers, positions] = await publicClient.readContract(call)
    return Promise.all(
      providers.map(async (provider, slot) => {
        if (provider === zeroAddress) return { slot, floor: 0n, nextFloor: 0n }
        const args = [provider, positions[slot] ?? 0, 1] as const
        const [entry] = await publicClient.readContract({ ...proofs, functionName: 'book', args, blockNumber })
        return { slot, floor: entry?.floor ?? 0n, nextFloor: entry?.nextFloor ?? 0n }
      }),
    )
  })
}
