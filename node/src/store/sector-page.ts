import { type Epoch, HASH_BYTES, SECTOR_DEPTH, zeroRoot } from '@storgo/protocol'
import type { FreedMark } from './slot-store.ts'

/** Sectors whose entries share one value of the index. */
export const PAGE_SECTORS = 32
/** Stands for a sector of zeros below its patches, which takes no room. */
export const NO_CELL = 0xffff_ffff
/** Stands for no patch: the sector is what its cell holds. */
export const NO_PATCH = 0
const ENTRY_BYTES = 64

/** Where the bytes of a sector are: a cell, and patches to XOR onto it. */
export type SectorContent = {
  cell: number
  /** Number of the key that the cell is encrypted with; 0 without a cell. */
  key: number
  /** Number of the newest patch, which names the one before it. */
  patch: number
  /** What the bytes hash to. */
  root: Uint8Array
}

/** All that is known of one sector of a slot. */
export type SectorEntry = SectorContent & {
  /** Nonce of the state that changed the content last; 0 for never. */
  changed: bigint
  freed: FreedMark | undefined
}

/**
 * Up to 32 consecutive sectors, as many as the last one named needs, 64 bytes each: cell uint32 ‖ key uint8 ‖ root ‖ changed uint64 ‖
 * patch uint48 ‖ mark uint8 (0 never freed, 1 free, 2 used again) ‖ freed in epoch uint32 ‖ by nonce uint64. Big-endian. Pages are
 * copied, never changed, because readers may hold the old one.
 */
export type SectorPage = Uint8Array

export const UNWRITTEN: SectorEntry = {
  ...{ cell: NO_CELL, key: 0, patch: NO_PATCH, root: zeroRoot(SECTOR_DEPTH) },
  ...{ changed: 0n, freed: undefined },
}
export const EMPTY_PAGE: SectorPage = new Uint8Array()

/** The sector at `index` (0 … 31) of the page. */
export function entryAt(page: SectorPage, index: number): SectorEntry {
  const start = index * ENTRY_BYTES
  if (start >= page.length) return UNWRITTEN
  const view = Buffer.from(page.buffer, page.byteOffset + start, ENTRY_BYTES)
  return {
    cell: view.readUInt32BE(0),
    key: view.readUInt8(4),
    root: page.subarray(start + 5, start + 5 + HASH_BYTES),
    changed: view.readBigUInt64BE(37),
    patch: view.readUIntBE(45, 6),
    freed: markAt(view),
  }
}

/** The page with other entries at some indexes, cut to its first `keep` sectors. */
export function changedPage(page: SectorPage, changes: ReadonlyMap<number, SectorEntry>, keep: number): SectorPage {
  let count = Math.min(sectorsOf(page), keep)
  for (const index of changes.keys()) if (index < keep) count = Math.max(count, index + 1)
  const next = new Uint8Array(count * ENTRY_BYTES)
  next.set(page.subarray(0, next.length))
  for (let index = 0; index < count; index++) {
    const changed = changes.get(index) ?? (index >= sectorsOf(page) ? UNWRITTEN : undefined)
    if (changed !== undefined) writeEntry(changed, Buffer.from(next.buffer, index * ENTRY_BYTES, ENTRY_BYTES))
  }
  return next
}

/** Writes the roots of the page's first `sectors` sectors to `output`, 32 bytes each. */
export function copyRoots(page: SectorPage, sectors: number, output: Uint8Array): void {
  const written = Math.min(sectors, sectorsOf(page))
  for (let index = 0; index < sectors; index++) {
    const start = index * ENTRY_BYTES + 5
    output.set(index < written ? page.subarray(start, start + HASH_BYTES) : UNWRITTEN.root, index * HASH_BYTES)
  }
}

/** The cells that the page refers to. */
export function cellsOf(page: SectorPage): number[] {
  return entriesOf(page).flatMap(({ cell }) => (cell === NO_CELL ? [] : [cell]))
}

export function entriesOf(page: SectorPage): SectorEntry[] {
  return Array.from({ length: sectorsOf(page) }, (_, index) => entryAt(page, index))
}

/** How many sectors the page has an entry for. */
export function sectorsOf(page: SectorPage): number {
  return page.length / ENTRY_BYTES
}

function markAt(view: Buffer): FreedMark | undefined {
  const mark = view.readUInt8(51)
  if (mark === 0) return undefined
  if (mark === 2) return 'reused'
  return { epoch: view.readUInt32BE(52) as Epoch, nonce: view.readBigUInt64BE(56) }
}

function writeEntry({ cell, key, root, changed, patch, freed }: SectorEntry, view: Buffer): void {
  view.writeUInt32BE(cell, 0)
  view.writeUInt8(key, 4)
  view.set(root, 5)
  view.writeBigUInt64BE(changed, 37)
  view.writeUIntBE(patch, 45, 6)
  view.writeUInt8(freed === undefined ? 0 : freed === 'reused' ? 2 : 1, 51)
  view.writeUInt32BE(typeof freed === 'object' ? freed.epoch : 0, 52)
  view.writeBigUInt64BE(typeof freed === 'object' ? freed.nonce : 0n, 56)
}
