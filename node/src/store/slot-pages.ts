import { equalBytes } from '@storgo/protocol'
import type { IndexReader } from './index-database.ts'
import { pageKey } from './keys.ts'
import {
  changedPage,
  EMPTY_PAGE,
  entryAt,
  PAGE_SECTORS,
  type SectorEntry,
  type SectorPage,
  sectorsOf,
} from './sector-page.ts'
import type { SlotRef } from './slot-store.ts'

type PageReader = Pick<IndexReader, 'get'>

/** The two kinds of pages of a slot. An undo page is undefined when the uncertified state left that page alone. */
export type HeldPages = { page: SectorPage; undo: SectorPage | undefined }
export type PageChange = { page: number; before: HeldPages; after: HeldPages }

/** A sector's new entry, by its number, given the entry that it has in the base. */
export type SectorEdits = ReadonlyMap<number, (entry: SectorEntry) => SectorEntry>

function heldPages(index: PageReader, ref: SlotRef, page: number): HeldPages {
  return { page: index.get(pageKey('page', ref, page)) ?? EMPTY_PAGE, undo: index.get(pageKey('undo', ref, page)) }
}

export type PageEdit = {
  edits: SectorEdits
  /** Sectors of the next state; what lies beyond is given up. */
  sectors: number
  /** Whether the newest pages are the base or what they replaced is. */
  base: 'newest' | 'undone'
  /** Whether what the base had is kept as undo wherever it changes. */
  undoable: boolean
}

/** Which pages a slot has. */
export type PagesHeld = {
  /** Sectors of its longest state. */
  sectors: number
  /** Pages with an undo page. */
  undo: readonly number[]
}

/** What a new state does to a slot's pages. Pages that stay as they are do not appear. */
export function pagesAfter(index: PageReader, ref: SlotRef, held: PagesHeld, edit: PageEdit): PageChange[] {
  const editsByPage = new Map<number, Map<number, (entry: SectorEntry) => SectorEntry>>()
  for (const [sector, apply] of edit.edits) {
    const page = Math.floor(sector / PAGE_SECTORS)
    const edits = editsByPage.get(page) ?? new Map<number, (entry: SectorEntry) => SectorEntry>()
    editsByPage.set(page, edits.set(sector % PAGE_SECTORS, apply))
  }
  const changes: PageChange[] = []
  for (const page of new Set([...pagesBeyond(held, edit.sectors), ...held.undo, ...editsByPage.keys()])) {
    const before = heldPages(index, ref, page)
    const from = edit.base === 'newest' ? before.page : (before.undo ?? before.page)
    const keep = Math.max(0, Math.min(PAGE_SECTORS, edit.sectors - page * PAGE_SECTORS))
    const entries = new Map<number, SectorEntry>()
    for (const [at, apply] of editsByPage.get(page) ?? []) entries.set(at, apply(entryAt(from, at)))
    const changed = entries.size > 0 || sectorsOf(from) > keep
    if (!changed && before.undo === undefined) continue
    const after = changed ? changedPage(from, entries, keep) : from
    changes.push({ page, before, after: { page: after, undo: changed && edit.undoable ? from : undefined } })
  }
  return changes
}

/** What certifying the newest state does: its undo pages go. */
export function pagesAfterCertify(index: PageReader, ref: SlotRef, { undo }: PagesHeld): PageChange[] {
  return undo.map((page) => {
    const before = heldPages(index, ref, page)
    return { page, before, after: { page: before.page, undo: undefined } }
  })
}

/** What dropping the slot does. */
export function pagesAfterDrop(index: PageReader, ref: SlotRef, held: PagesHeld): PageChange[] {
  return [...new Set([...pagesBeyond(held, 0), ...held.undo])].map((page) => {
    return { page, before: heldPages(index, ref, page), after: { page: EMPTY_PAGE, undo: undefined } }
  })
}

/** What another place of some sector's bytes does, in whichever of the states `edit` changes the entry. */
export function pagesAfterMove(
  index: PageReader,
  ref: SlotRef,
  sector: number,
  edit: (entry: SectorEntry) => SectorEntry | undefined,
): PageChange[] {
  const page = Math.floor(sector / PAGE_SECTORS)
  const at = sector % PAGE_SECTORS
  const before = heldPages(index, ref, page)
  const edited = (held: SectorPage): SectorPage => {
    const entry = at < sectorsOf(held) ? edit(entryAt(held, at)) : undefined
    return entry === undefined ? held : changedPage(held, new Map([[at, entry]]), PAGE_SECTORS)
  }
  const after = { page: edited(before.page), undo: before.undo && edited(before.undo) }
  return after.page === before.page && after.undo === before.undo ? [] : [{ page, before, after }]
}

/** Whether one of the slot's states has a sector of that root there. */
export function hasRoot(index: PageReader, ref: SlotRef, sector: number, root: Uint8Array): boolean {
  const { page, undo } = heldPages(index, ref, Math.floor(sector / PAGE_SECTORS))
  return [page, undo ?? EMPTY_PAGE].some((held) => {
    const at = sector % PAGE_SECTORS
    return at < sectorsOf(held) && equalBytes(entryAt(held, at).root, root)
  })
}

/** Pages that reach beyond the first `sectors` sectors; a state leaves the others alone unless it names them. */
function pagesBeyond(held: PagesHeld, sectors: number): number[] {
  const first = Math.floor(sectors / PAGE_SECTORS)
  const count = Math.max(0, Math.ceil(held.sectors / PAGE_SECTORS) - first)
  return Array.from({ length: count }, (_, at) => first + at)
}
