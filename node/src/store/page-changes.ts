import {
  cellsOf,
  changedPage,
  EMPTY_PAGE,
  PAGE_SECTORS,
  type SectorPage,
  type SectorPlace,
  sectorsOf,
} from './sector-page.ts'

/** The two kinds of pages of a slot. An undo page is undefined when the uncertified state left that page alone. */
export type HeldPages = { page: SectorPage; undo: SectorPage | undefined }

export type PageCommit = {
  /** Pages that exist or have an undo page: their numbers. */
  known: Iterable<number>
  held(page: number): HeldPages
  staged: ReadonlyMap<number, SectorPlace>
  /** Sectors of the next state; what lies beyond is given up. */
  sectors: number
  /** Whether the newest pages are the base (the held state is certified) or what they replaced is. */
  base: 'newest' | 'undone'
}

export type PageChange = { page: number; before: HeldPages; after: HeldPages }

/**
 * What a commit does to a slot's pages: the next state's content on top of the base, and the base itself kept as undo
 * wherever the two differ. Pages that stay as they are do not appear.
 */
export function pagesAfter({ known, held, staged, sectors, base }: PageCommit): PageChange[] {
  const stagedByPage = new Map<number, Map<number, SectorPlace>>()
  for (const [sector, place] of staged) {
    const page = Math.floor(sector / PAGE_SECTORS)
    const places = stagedByPage.get(page) ?? new Map<number, SectorPlace>()
    stagedByPage.set(page, places.set(sector % PAGE_SECTORS, place))
  }
  const changes: PageChange[] = []
  for (const page of new Set([...known, ...stagedByPage.keys()])) {
    const before = held(page)
    const from = base === 'newest' ? before.page : (before.undo ?? before.page)
    const keep = Math.max(0, Math.min(PAGE_SECTORS, sectors - page * PAGE_SECTORS))
    const places = stagedByPage.get(page) ?? new Map<number, SectorPlace>()
    const changed = places.size > 0 || sectorsOf(from) > keep
    const after = changed ? { page: changedPage(from, places, keep), undo: from } : { page: from, undo: undefined }
    if (changed || before.undo !== undefined) changes.push({ page, before, after })
  }
  return changes
}

/** What certifying the newest state does: its undo pages go. */
export function pagesAfterCertify({ known, held }: Pick<PageCommit, 'known' | 'held'>): PageChange[] {
  return [...known].flatMap((page) => {
    const before = held(page)
    return before.undo === undefined ? [] : [{ page, before, after: { page: before.page, undo: undefined } }]
  })
}

/** Cells that some page referred to before the changes and none does after. */
export function cellsGivenUp(changes: readonly PageChange[]): number[] {
  return changes.flatMap(({ before, after }) => {
    const kept = new Set(cellsOfBoth(after))
    return [...new Set(cellsOfBoth(before))].filter((cell) => !kept.has(cell))
  })
}

function cellsOfBoth({ page, undo }: HeldPages): number[] {
  return [...cellsOf(page), ...cellsOf(undo ?? EMPTY_PAGE)]
}
