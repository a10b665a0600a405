import { type PatchMode, SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import type { SectorPatch, SlotStore, SlotView, StagedCell, Version } from '../store/slot-store.ts'

/** What a patch takes in memory besides its bytes, roughly. */
const PATCH_OVERHEAD_BYTES = 64

/** A sector's new content on its way to a commit: small patches in memory, over what they apply to. */
export type DraftSector = {
  /** How it began: as an addition to the base's content, or as a new content in its place. */
  mode: PatchMode
  /** What the patches apply to: the base's sector, zeros, or bytes that are on disk already. */
  under: 'base' | 'zeros' | StagedCell
  /** To XOR onto `under`. */
  patches: SectorPatch[]
  /** Memory that the patches take. */
  patchBytes: number
}

/** @throws {StorgoError} `REQUEST_INVALID` if patches of this mode cannot be added to the draft. */
export function draftFor(before: DraftSector | undefined, mode: 'xor' | 'fresh', sector: number): DraftSector {
  const under = mode === 'fresh' ? 'zeros' : 'base'
  const draft = before ?? { mode, under, patches: [], patchBytes: 0 }
  // Requests of an upload come in any order, and these two do not commute.
  if ((draft.mode === 'fresh') !== (mode === 'fresh')) {
    const details = { sector, mode, before: draft.mode }
    throw new StorgoError('REQUEST_INVALID', 'A sector is begun anew by all of its patches or by none.', details)
  }
  return draft
}

/** Adds bytes to XOR; they are copied. */
export function addPatch(draft: DraftSector, { offset, bytes }: SectorPatch): void {
  if (bytes.length === 0) return
  draft.patches.push({ offset, bytes: bytes.slice() })
  draft.patchBytes += bytes.length + PATCH_OVERHEAD_BYTES
}

/** The cell in which a draft keeps bytes, if any. */
export function cellsOfDraft({ under }: DraftSector): StagedCell[] {
  return typeof under === 'string' ? [] : [under]
}

/** A copy of `sector` (zeros if undefined) with the patches applied. */
export function patched(sector: Uint8Array | undefined, patches: readonly SectorPatch[]): Uint8Array {
  const copy = new Uint8Array(SECTOR_BYTES)
  if (sector !== undefined) copy.set(sector)
  for (const { offset, bytes } of patches) {
    for (let index = 0; index < bytes.length; index++) {
      copy[offset + index] = (copy[offset + index] ?? 0) ^ (bytes[index] ?? 0)
    }
  }
  return copy
}

/** Writes the draft's whole content, which the caller gives away, to a cell. */
export async function moveToCell(
  store: Pick<SlotStore, 'stage' | 'unstage'>,
  draft: DraftSector,
  content: Uint8Array,
): Promise<StagedCell> {
  const cell = await store.stage(content)
  store.unstage(cellsOfDraft(draft))
  draft.under = cell
  draft.patches = []
  draft.patchBytes = 0
  return cell
}

/** A draft, and where the base's sector is that it may be an addition to. */
export type PlacedDraft = { view: SlotView; version: Version; sector: number; draft: DraftSector }

/** The sector that a draft's patches apply to, which must not be changed; undefined for zeros. */
export async function readUnder(
  store: Pick<SlotStore, 'readStaged'>,
  { view, version, sector, draft: { under } }: PlacedDraft,
): Promise<Uint8Array | undefined> {
  if (under === 'zeros') return undefined
  if (under === 'base') return view.readSector(version, sector, { cached: true })
  return store.readStaged(under)
}
