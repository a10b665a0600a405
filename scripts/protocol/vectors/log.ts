import { locate, MAX_SECTORS, SECTOR_BYTES, sectorsFor } from '@storgo/protocol'

const LONGEST = MAX_SECTORS * 32 * SECTOR_BYTES

/** Extents in slots, and sectors of tails: section 8. */
export function logVectors() {
  const extents = [
    [0, 1, 1],
    [SECTOR_BYTES - 1, 2, 1],
    [0, 5 * SECTOR_BYTES, 4],
    [4 * SECTOR_BYTES - 10, 20, 4],
    [123_456_789, 3_000_000, 6],
    [7, 0, 3],
    [LONGEST - 100, 100, 32],
  ] as const
  const tails = [
    [0, 4],
    [1, 4],
    [4 * SECTOR_BYTES, 4],
    [4 * SECTOR_BYTES + 1, 4],
    [SECTOR_BYTES, 1],
    [SECTOR_BYTES + 1, 1],
    [LONGEST, 32],
  ] as const
  return {
    description: 'docs/protocol/types.md, section 8. Bytes of the log, by slot and stripe; k data slots.',
    extents: extents.map(([offset, length, k]) => ({ offset, length, k, ranges: locate({ offset, length }, k) })),
    tails: tails.map(([tail, k]) => ({ tail, k, sectors: sectorsFor(tail, k) })),
  }
}
