import { type SectorTree, sectorTree } from '@storgo/protocol'

const known = new WeakMap<Uint8Array, SectorTree>()

/**
 * The tree of a sector's bytes, which nobody changes any more; computed once for as long as they are in memory. So checking
 * what was read from disk and showing parts of it cost hashing it once.
 */
export function treeOf(sector: Uint8Array): SectorTree {
  const tree = known.get(sector) ?? sectorTree(sector)
  known.set(sector, tree)
  return tree
}
