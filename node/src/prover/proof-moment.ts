import { createHash } from 'node:crypto'
import { type Address, hexToBytes } from 'viem'
import type { ChainHead } from './proof-chain.ts'

/** Blocks between one provider's turn to store the seed and the next one's. */
const SEED_TURN_BLOCKS = 2n

/** Whether the block after `head` can know the hash of the epoch's seed block. */
export function isSeedReady({ block, firstBlock, seedDelayBlocks }: ChainHead): boolean {
  return block >= firstBlock + BigInt(seedDelayBlocks)
}

/** The last block in which the epoch can be proven. */
export function lastBlockOf({ firstBlock, epochBlocks }: Pick<ChainHead, 'firstBlock' | 'epochBlocks'>): bigint {
  return firstBlock + BigInt(epochBlocks) - 1n
}

/** Whether it is this provider's turn to store the seed: the first at once, every later one two blocks after. */
export function isTurnForSeed({ block, firstBlock, seedDelayBlocks }: ChainHead, rank: number): boolean {
  return block >= firstBlock + BigInt(seedDelayBlocks) + BigInt(rank) * SEED_TURN_BLOCKS
}

/**
 * The block from which on a provider proves: spread by a hash of its address over the time between the seed and 80 % of
 * the epoch, so that not all transactions come at once.
 */
export function proofMoment(
  { firstBlock, epochBlocks, seedDelayBlocks }: Omit<ChainHead, 'block' | 'epoch'>,
  operator: Address,
): bigint {
  // The seed is stored in the block after the seed block at the earliest.
  const from = seedDelayBlocks + 2
  const until = Math.floor(epochBlocks * 0.8)
  const span = Math.max(1, until - from)
  const hash = createHash('sha256').update(hexToBytes(operator)).digest().readUInt32BE()
  return firstBlock + BigInt(Math.min(from + (hash % span), epochBlocks - 1))
}

/** A provider's place among all when they are ordered anew for every epoch. */
export function rankOf(operator: Address, operators: readonly Address[], epoch: number): number {
  const own = rankHash(operator, epoch)
  return operators.filter((other) => rankHash(other, epoch).compare(own) < 0).length
}

function rankHash(operator: Address, epoch: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(epoch)
  return createHash('sha256').update(number).update(hexToBytes(operator)).digest()
}
