import { HASH_BYTES, SECTOR_DEPTH, zeroRoot } from '@storgo/protocol'

/** Sectors whose places share one entry of the index. */
export const PAGE_SECTORS = 64
/** Stands for a sector that was never written and so takes no room. */
export const NO_CELL = 0xffff_ffff
const ENTRY_BYTES = 4 + HASH_BYTES

/** Where a sector is and what it must hash to. */
export type SectorPlace = { cell: number; root: Uint8Array }

/**
 * Up to 64 consecutive sectors: cell (uint32, big-endian) ‖ sector root, 36 bytes each, as many as the last written one
 * needs. Pages are copied, never changed, because readers may hold the old one.
 */
export type SectorPage = Uint8Array

const UNWRITTEN: SectorPlace = { cell: NO_CELL, root: zeroRoot(SECTOR_DEPTH) }
export const EMPTY_PAGE: SectorPage = new Uint8Array()

/** The sector at `index` (0 … 63) of the page. */
export function placeAt(page: SectorPage, index: number): SectorPlace {
  const start = index * ENTRY_BYTES
  if (start >= page.length) return UNWRITTEN
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  return { cell: view.getUint32(start), root: page.subarray(start + 4, start + ENTRY_BYTES) }
}

/** The page with other sectors at some indexes, cut to its first `keep` sectors. */
export function changedPage(page: SectorPage, changes: ReadonlyMap<number, SectorPlace>, keep: number): SectorPage {
  let count = Math.min(page.length / ENTRY_BYTES, keep)
  for (const index of changes.keys()) if (index < keep) count = Math.max(count, index + 1)
  const next = new Uint8Array(count * ENTRY_BYTES)
  const view = new DataView(next.buffer)
  for (let index = 0; index < count; index++) {
    const place = changes.get(index) ?? placeAt(page, index)
    view.setUint32(index * ENTRY_BYTES, place.cell)
    next.set(place.root, index * ENTRY_BYTES + 4)
  }
  return next
}

/** Writes the roots of the page's first `sectors` sectors to `output`, 32 bytes each. */
export function copyRoots(page: SectorPage, sectors: number, output: Uint8Array): void {
  for (let index = 0; index < sectors; index++) output.set(placeAt(page, index).root, index * HASH_BYTES)
}

/** The cells that the page refers to. */
export function cellsOf(page: SectorPage): number[] {
  const cells: number[] = []
  for (let index = 0; index * ENTRY_BYTES < page.length; index++) {
    const { cell } = placeAt(page, index)
    if (cell !== NO_CELL) cells.push(cell)
  }
  return cells
}

/** How many sectors the page has a place for. */
export function sectorsOf(page: SectorPage): number {
  return page.length / ENTRY_BYTES
}
