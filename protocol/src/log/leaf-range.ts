import { StorgoError } from '../errors.ts'
import { LEAF_BYTES, SECTOR_BYTES } from '../units.ts'

/**
 * Whole leaves of a sector: `offset` and `length` are multiples of `LEAF_BYTES`, `length` at least one leaf, and the
 * leaves are numbers `firstLeaf` to `lastLeaf`, both included.
 */
export type LeafRange = { offset: number; length: number; firstLeaf: number; lastLeaf: number }

/**
 * The fewest whole leaves that cover `length` bytes from `offset` of a sector: what a verified read must ask for.
 *
 * @throws {StorgoError} `REQUEST_INVALID` if the range is empty or leaves the sector.
 */
export function coveringLeaves({ offset, length }: { offset: number; length: number }): LeafRange {
  const valid = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length > 0
  if (!valid || offset + length > SECTOR_BYTES) {
    throw new StorgoError('REQUEST_INVALID', 'the range is empty or leaves the sector', { offset, length })
  }
  const firstLeaf = Math.floor(offset / LEAF_BYTES)
  const lastLeaf = Math.floor((offset + length - 1) / LEAF_BYTES)
  return { offset: firstLeaf * LEAF_BYTES, length: (lastLeaf - firstLeaf + 1) * LEAF_BYTES, firstLeaf, lastLeaf }
}
