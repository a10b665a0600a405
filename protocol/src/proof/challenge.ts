import { type Address, hexToBytes, keccak256, numberToBytes } from 'viem'
import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { type Epoch, LEAVES_PER_SECTOR } from '../units.ts'

/** Seeds are cut to 28 bytes, so that seed and epoch share a word on the chain. */
export const SEED_BYTES = 28

/**
 * An epoch's randomness.
 *
 * @param mixHash RANDAO value in the header of the epoch's seed block, 32 bytes.
 * @returns 28 bytes.
 */
export function seedFromMixHash(mixHash: Uint8Array, chainId: number, epoch: Epoch): Uint8Array {
  const words = concatBytes(mixHash, numberToBytes(chainId, { size: 32 }), numberToBytes(epoch, { size: 32 }))
  return keccak256(words, 'bytes').slice(0, SEED_BYTES)
}

/**
 * Number of the leaf, counted over the provider's whole book, that sample `i` of an epoch must show.
 *
 * @param seed 28 bytes.
 * @param billedLeaves billed sectors of the frozen book × `LEAVES_PER_SECTOR`, at least 1.
 * @returns 0 … billedLeaves − 1.
 */
export function challengeIndex(
  seed: Uint8Array,
  provider: Address,
  epoch: Epoch,
  i: number,
  billedLeaves: number,
): number {
  const drawn = keccak256(
    concatBytes(seed, hexToBytes(provider), numberToBytes(epoch, { size: 4 }), numberToBytes(i, { size: 2 })),
  )
  return Number(BigInt(drawn) % BigInt(billedLeaves))
}

/**
 * Where in a book a challenge falls.
 *
 * @param index as {@link challengeIndex} gives it.
 * @param billedSectors frozen, of the book's entries in position order.
 * @returns the entry's place in that list, and the leaf's offset among the entry's billed leaves.
 */
export function challengedEntry(index: number, billedSectors: readonly number[]): { entry: number; offset: number } {
  let offset = index
  for (const [entry, sectors] of billedSectors.entries()) {
    if (offset < sectors * LEAVES_PER_SECTOR) return { entry, offset }
    offset -= sectors * LEAVES_PER_SECTOR
  }
  throw new StorgoError('INTERNAL', 'the challenge lies behind the end of the book', { index })
}

/**
 * The leaf to show of a slot in use.
 *
 * @param offset among the slot's billed leaves.
 * @param sectors in use, of the state that the proof shows; at least 1.
 */
export function challengedLeaf(offset: number, sectors: number): { sectorIndex: number; leaf: number } {
  const used = offset % (sectors * LEAVES_PER_SECTOR)
  return { sectorIndex: Math.floor(used / LEAVES_PER_SECTOR), leaf: used % LEAVES_PER_SECTOR }
}
