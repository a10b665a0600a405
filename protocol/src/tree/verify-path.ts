import { hashPairs } from '#platform'
import { equalBytes } from '../bytes.ts'
import { HASH_BYTES, LEAF_BYTES, LEAVES_PER_SECTOR, MAX_SECTORS, MAX_SLOTS, SECTOR_DEPTH } from '../units.ts'
import { slotDepth, volumeDepth } from './depth.ts'

/** Leaves of a sector with the path that is said to bind them to a volume's root. */
export type VerifyPathOptions = {
  /** `state.root`, 32 bytes. */
  root: Uint8Array
  /** `state.sectors`. */
  sectors: number
  /** Slots of the volume. */
  n: number
  slot: number
  sectorIndex: number
  /** Counted within the sector. */
  firstLeaf: number
  /** Whole leaves, all of one sector. */
  bytes: Uint8Array
  /** As `provePath` makes it. */
  path: Uint8Array
}

// Two rows of nodes, each starting one node in so that a neighbour fits at either side. Nothing here awaits, so they
// may be shared by all calls.
const rows = [
  new Uint8Array((LEAVES_PER_SECTOR + 2) * HASH_BYTES),
  new Uint8Array((LEAVES_PER_SECTOR / 2 + 3) * HASH_BYTES),
] as const

/**
 * Whether `bytes` are the leaves from `firstLeaf` on of that sector of the volume with this root.
 *
 * The depth of every part is a known number, so no inner node can pass for a leaf.
 *
 * @returns `false` for any mismatch; a bad proof is never an exception.
 */
export function verifyPath(options: VerifyPathOptions): boolean {
  const { root, sectors, n, slot, sectorIndex, firstLeaf, bytes, path } = options
  const leaves = bytes.length / LEAF_BYTES
  if (!isBelow(n - 1, MAX_SLOTS) || !isBelow(slot, n)) return false
  if (!isBelow(sectors, MAX_SECTORS + 1) || !isBelow(sectorIndex, sectors)) return false
  if (!isBelow(leaves - 1, LEAVES_PER_SECTOR) || !isBelow(firstLeaf, LEAVES_PER_SECTOR - leaves + 1)) return false
  if (root.length !== HASH_BYTES || path.length % HASH_BYTES !== 0) return false

  hashPairs(bytes, rows[0].subarray(HASH_BYTES, (leaves + 1) * HASH_BYTES))
  const computed = climb(path, [
    { depth: SECTOR_DEPTH, first: firstLeaf, last: firstLeaf + leaves - 1 },
    { depth: slotDepth(sectors), first: sectorIndex, last: sectorIndex },
    { depth: volumeDepth(n), first: slot, last: slot },
  ])
  return computed !== undefined && equalBytes(computed, root)
}

type Part = { depth: number; first: number; last: number }

/** The root above the leaf hashes in the first row, or `undefined` if the path has not exactly the hashes this takes. */
function climb(path: Uint8Array, parts: readonly Part[]): Uint8Array | undefined {
  let [row, next]: [Uint8Array, Uint8Array] = [rows[0], rows[1]]
  let used = 0
  for (const { depth, first, last } of parts) {
    let [a, b] = [first, last]
    for (let level = 0; level < depth; level++) {
      let start = HASH_BYTES
      let end = start + (b - a + 1) * HASH_BYTES
      if (a % 2 === 1) {
        start = 0
        row.set(path.subarray(used, used + HASH_BYTES))
        used += HASH_BYTES
      }
      if (b % 2 === 0) {
        row.set(path.subarray(used, used + HASH_BYTES), end)
        used += HASH_BYTES
        end += HASH_BYTES
      }
      hashPairs(row.subarray(start, end), next.subarray(HASH_BYTES, HASH_BYTES + (end - start) / 2))
      ;[row, next] = [next, row]
      a >>>= 1
      b >>>= 1
    }
  }
  // Of a path that ended early, the missing bytes were taken from what the row held before: no root is right then.
  return used === path.length ? row.subarray(HASH_BYTES, 2 * HASH_BYTES) : undefined
}

function isBelow(value: number, bound: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < bound
}
