import type { IndexReader } from './index-database.ts'
import { chainOf } from './patch-chain.ts'
import { EMPTY_PAGE, entriesOf, NO_CELL, NO_PATCH } from './sector-page.ts'
import type { HeldPages, PageChange } from './slot-pages.ts'

/** What nothing refers to any more. */
export type GivenUp = { cells: number[]; patches: number[] }

/**
 * Cells and patches that some page referred to before the changes and none does after.
 *
 * @param previousOf the patch below a new one, which the index does not have yet.
 */
export function givenUpBy(
  index: Pick<IndexReader, 'get'>,
  changes: readonly PageChange[],
  previousOf: ReadonlyMap<number, number>,
): GivenUp {
  const cells: number[] = []
  const patches: number[] = []
  for (const { before, after } of changes) {
    const had = usedBy(before)
    const has = usedBy(after)
    cells.push(...had.cells.difference(has.cells))
    // A chain whose newest patch is still somebody's newest stays as a whole.
    const [gone, stay] = [had.newest.difference(has.newest), has.newest]
    if (gone.size === 0) continue
    const kept = patchesBelow(index, stay, previousOf)
    patches.push(...patchesBelow(index, gone, previousOf).difference(kept))
  }
  return { cells, patches }
}

function usedBy({ page, undo }: HeldPages): { cells: Set<number>; newest: Set<number> } {
  const cells = new Set<number>()
  const newest = new Set<number>()
  for (const held of [page, undo ?? EMPTY_PAGE]) {
    for (const { cell, patch } of entriesOf(held)) {
      if (cell !== NO_CELL) cells.add(cell)
      if (patch !== NO_PATCH) newest.add(patch)
    }
  }
  return { cells, newest }
}

function patchesBelow(
  index: Pick<IndexReader, 'get'>,
  newest: ReadonlySet<number>,
  previousOf: ReadonlyMap<number, number>,
): Set<number> {
  const all = new Set<number>()
  for (const patch of newest) {
    const under = previousOf.get(patch)
    if (under !== undefined) all.add(patch)
    for (const link of chainOf(index, under ?? patch)) all.add(link.patch)
  }
  return all
}
