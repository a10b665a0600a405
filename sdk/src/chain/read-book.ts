import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** One slot that a provider is billed for, was until lately, or will be from the next epoch on. */
export type BookEntry = {
  position: number
  volumeId: bigint
  slot: number
  /** Slots of the volume. */
  n: number
  /** Least nonce that a proof may show: in the current epoch, and from the next one on. */
  floor: bigint
  nextFloor: bigint
  /** Billed in the current epoch, and in the next. */
  frozenSectors: number
  nextSectors: number
}

const PAGE = 200

/** A provider's whole book, in position order, as of one block. */
export async function readBook({ publicClient, deployment }: Chain, provider: Address): Promise<BookEntry[]> {
  const proofs = { address: deployment.proofs, abi: proofOfStorageAbi } as const
  return onChain(async () => {
    const blockNumber = await publicClient.getBlockNumber()
    const at = { ...proofs, blockNumber } as const
    const size = await publicClient.readContract({ ...at, functionName: 'bookSize', args: [provider] })
    const entries: BookEntry[] = []
    for (let from = 0; from < size; from += PAGE) {
      entries.push(...(await publicClient.readContract({ ...at, functionName: 'book', args: [provider, from, PAGE] })))
    }
    return entries
  })
}
