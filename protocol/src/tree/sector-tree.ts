import { HASH_BYTES, LEAF_BYTES, SECTOR_DEPTH } from '../units.ts'
import { foldLevels } from './fold-levels.ts'
import { leafHashes } from './leaf-hashes.ts'
import { zeroRoot } from './zero-root.ts'

/** Lowest level that is kept: below a node of it are 16 leaves, which cost next to nothing to hash again. */
const KEPT_LEVEL = 4
const BLOCK_BYTES = LEAF_BYTES << KEPT_LEVEL

/** A sector's root, and of its tree what makes paths cheap: 64 KiB. */
export type SectorTree = {
  /** 32 bytes. */
  root: Uint8Array
  /** Nodes of level `KEPT_LEVEL` and those above, below the root; 32 bytes each, the zero padding left out. */
  levels: readonly Uint8Array[]
}

/** The tree of a sector: as much hashing as its root alone. @param sector at most `SECTOR_BYTES`. */
export function sectorTree(sector: Uint8Array): SectorTree {
  const levels: Uint8Array[] = []
  const root = foldLevels(leafHashes(sector), SECTOR_DEPTH, 0, (level, nodes) => {
    if (level >= KEPT_LEVEL) levels.push(nodes.slice())
  })
  return { root, levels }
}

/** Reads nodes of any level of a sector's tree beside the leaves `first` … `last`, both included. */
export function nodesBeside(
  { levels }: SectorTree,
  sector: Uint8Array,
  { first, last }: { first: number; last: number },
): (level: number, index: number) => Uint8Array {
  const lower = new Map<number, Uint8Array[]>()
  for (const leaf of [first, last]) {
    const block = leaf >>> KEPT_LEVEL
    if (!lower.has(block))
      lower.set(block, lowerLevels(sector.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)))
  }
  return (level, index) => {
    const kept = level >= KEPT_LEVEL
    // A sibling of a node below the kept levels has the same kept node above it.
    const nodes = kept ? levels[level - KEPT_LEVEL] : lower.get(index >>> (KEPT_LEVEL - level))?.[level]
    const at = (kept ? index : index % (1 << (KEPT_LEVEL - level))) * HASH_BYTES
    return nodes && at < nodes.length ? nodes.slice(at, at + HASH_BYTES) : zeroRoot(level)
  }
}

function lowerLevels(block: Uint8Array): Uint8Array[] {
  const levels: Uint8Array[] = []
  foldLevels(leafHashes(block), KEPT_LEVEL, 0, (_, nodes) => levels.push(nodes.slice()))
  return levels
}
