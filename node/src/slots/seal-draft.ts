import { sectorRoot } from '@storgo/protocol'
import type { SlotStore, StagedSector } from '../store/slot-store.ts'
import { keepsBytes } from './append-only.ts'
import { moveToCell, type PlacedDraft, patched, readUnder } from './draft-sector.ts'

/** A draft as the store takes it, and whether bytes of the base that were not zero have stayed as they were. */
export type SealedDraft = { staged: StagedSector; keepsBytes: boolean }

/**
 * Works out a draft's whole content.
 *
 * @param wasZero the base's sector is all zeros; nothing of it is read then.
 * @throws {StorgoError} `DISK_FULL`, `SECTOR_CORRUPT` if what the patches apply to cannot be read.
 */
export async function sealDraft(
  store: Pick<SlotStore, 'stage' | 'unstage' | 'readStaged'>,
  placed: PlacedDraft,
  wasZero: boolean,
): Promise<SealedDraft> {
  const { view, version, sector, draft } = placed
  const { under, patches } = draft
  // Most sectors of a large write: new ones, whole, whose root is known.
  if (typeof under !== 'string' && patches.length === 0 && wasZero) return { staged: under, keepsBytes: true }

  const below = await readUnder(store, placed)
  const content = patches.length === 0 && below !== undefined ? below : patched(below, patches)
  if (under === 'base') {
    // Nothing else than what the patches cover can have changed.
    const kept = patches.every(({ offset, bytes }) =>
      keepsBytes(below ?? content, content, offset, offset + bytes.length),
    )
    return { staged: { kind: 'patch', patches, root: sectorRoot(content) }, keepsBytes: kept }
  }
  const kept = wasZero || keepsBytes(await view.readSector(version, sector, { cached: true }), content)
  if (under === 'zeros') return { staged: { kind: 'fresh', patches, root: sectorRoot(content) }, keepsBytes: kept }
  const staged = patches.length === 0 ? under : await moveToCell(store, draft, content)
  return { staged, keepsBytes: kept }
}
