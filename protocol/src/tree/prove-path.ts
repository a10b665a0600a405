import { concatBytes } from '../bytes.ts'
import { HASH_BYTES, SECTOR_DEPTH } from '../units.ts'
import { slotDepth, volumeDepth } from './depth.ts'
import { foldLevels } from './fold-levels.ts'
import { nodesBeside, type SectorTree, sectorTree } from './sector-tree.ts'
import { zeroRoot } from './zero-root.ts'

/** What a path is made from: one sector, and the roots of all its neighbours. */
export type ProvePathOptions = {
  /** The sector's bytes; missing ones at the end count as zeros. */
  sector: Uint8Array
  /** Its tree, where that is known: without it a path of a part of the sector costs hashing all of it. */
  tree?: SectorTree
  /** Of the whole slot, 32 bytes each. */
  sectorRoots: Uint8Array
  /** Of the whole volume, 32 bytes each. */
  slotRoots: Uint8Array
  slot: number
  /** Number of `sector` in its slot. */
  sectorIndex: number
  /** First and last leaf, counted within the sector; both included. */
  firstLeaf: number
  lastLeaf: number
}

/**
 * Path from leaves `firstLeaf` … `lastLeaf` of a sector to the volume root: for every level from the leaves to
 * below the root, the hash left of the range if the range starts at an odd node, then the one right of it if it ends
 * at an even node. For one leaf that is the usual list of siblings; for a whole sector its own 14 levels add nothing.
 *
 * @returns the hashes one after the other, 32 bytes each.
 */
export function provePath(options: ProvePathOptions): Uint8Array {
  const { sectorRoots, slotRoots, slot, sectorIndex, firstLeaf, lastLeaf } = options
  const slotLevels = slotDepth(sectorRoots.length / HASH_BYTES)
  const volumeLevels = volumeDepth(slotRoots.length / HASH_BYTES)
  const whole = firstLeaf === 0 && lastLeaf === 2 ** SECTOR_DEPTH - 1
  return concatBytes(
    ...(whole ? [] : besideLeaves(options)),
    ...besideNode(sectorRoots, slotLevels, SECTOR_DEPTH, sectorIndex),
    ...besideNode(slotRoots, volumeLevels, SECTOR_DEPTH + slotLevels, slot),
  )
}

function besideLeaves({ sector, tree = sectorTree(sector), firstLeaf, lastLeaf }: ProvePathOptions): Uint8Array[] {
  const at = nodesBeside(tree, sector, { first: firstLeaf, last: lastLeaf })
  const beside: Uint8Array[] = []
  let [a, b] = [firstLeaf, lastLeaf]
  for (let level = 0; level < SECTOR_DEPTH; level++) {
    if (a % 2 === 1) beside.push(at(level, a - 1))
    if (b % 2 === 0) beside.push(at(level, b + 1))
    a >>>= 1
    b >>>= 1
  }
  return beside
}

function besideNode(nodes: Uint8Array, depth: number, height: number, index: number): Uint8Array[] {
  const beside: Uint8Array[] = []
  foldLevels(nodes, depth, height, (level, present) => {
    const at = ((index >>> level) ^ 1) * HASH_BYTES
    beside.push(at < present.length ? present.slice(at, at + HASH_BYTES) : zeroRoot(height + level))
  })
  return beside
}
