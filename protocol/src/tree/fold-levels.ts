import { hashPairs } from '#platform'
import { HASH_BYTES, LEAVES_PER_SECTOR } from '../units.ts'
import { zeroRoot } from './zero-root.ts'

/** Sees the `nodes` (32 bytes each; the zero padding left out) of one level, 0 being the lowest. Valid only during the call. */
export type LevelVisitor = (level: number, nodes: Uint8Array) => void

// Levels alternate between two buffers that are kept: hashing a sector makes no garbage. Nothing here awaits, so
// nobody else can be half-way through them.
let even = new Uint8Array((LEAVES_PER_SECTOR / 2) * HASH_BYTES)
let odd = new Uint8Array((LEAVES_PER_SECTOR / 4) * HASH_BYTES)
const lastPair = new Uint8Array(2 * HASH_BYTES)

/**
 * Root of the tree of `depth` levels over `nodes`, padded with zero trees to 2 ** depth nodes.
 *
 * @param nodes 32 bytes each, at least one, at most 2 ** depth.
 * @param height Depth of the trees whose roots the nodes are, so that the padding is `zeroRoot(height)`.
 * @returns a fresh array of 32 bytes.
 */
export function foldLevels(nodes: Uint8Array, depth: number, height: number, visit?: LevelVisitor): Uint8Array {
  let level = nodes
  reserve(Math.ceil(nodes.length / HASH_BYTES / 2))
  for (let d = 0; d < depth; d++) {
    visit?.(d, level)
    level = foldOnce(level, d % 2 === 0 ? even : odd, height + d)
  }
  return level.slice(0, HASH_BYTES)
}

/** Hashes a level into `into`; an odd last node is paired with the root of a zero tree. */
function foldOnce(level: Uint8Array, into: Uint8Array, height: number): Uint8Array {
  const pairs = Math.floor(level.length / (2 * HASH_BYTES))
  const end = pairs * HASH_BYTES
  hashPairs(level.subarray(0, pairs * 2 * HASH_BYTES), into.subarray(0, end))
  if (level.length === pairs * 2 * HASH_BYTES) return into.subarray(0, end)
  lastPair.set(level.subarray(pairs * 2 * HASH_BYTES))
  lastPair.set(zeroRoot(height), HASH_BYTES)
  hashPairs(lastPair, into.subarray(end, end + HASH_BYTES))
  return into.subarray(0, end + HASH_BYTES)
}

function reserve(nodes: number): void {
  if (even.length >= nodes * HASH_BYTES) return
  even = new Uint8Array(nodes * HASH_BYTES)
  odd = new Uint8Array(Math.ceil(nodes / 2) * HASH_BYTES)
}
