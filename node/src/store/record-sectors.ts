import { equalBytes, StorgoError } from '@storgo/protocol'
import type { IndexReader } from './index-database.ts'
import type { KeyRing } from './key-ring.ts'
import { applyPatches, encodePatches, patchBytes } from './patch-bytes.ts'
import { unfoldedOf } from './patch-chain.ts'
import { baseEntry } from './record-effect.ts'
import { NO_CELL, UNWRITTEN } from './sector-page.ts'
import type { SectorReader } from './sector-reader.ts'
import {
  MAX_PATCH_BYTES,
  MAX_UNFOLDED_BYTES,
  type SlotRef,
  type SlotStore,
  type StagedCell,
  type StagedSector,
} from './slot-store.ts'
import type { StageRoom } from './stage-room.ts'
import type { RecordedSector } from './store-record.ts'

type StagedPatches = Exclude<StagedSector, StagedCell>

/** More patches than these on one sector are folded, however small they are: each costs a look-up. */
const MAX_UNFOLDED = 64

export type RecordSectorsParts = {
  index: Pick<IndexReader, 'get'>
  keys: KeyRing
  reader: SectorReader
  room: StageRoom
  store: Pick<SlotStore, 'stage' | 'unstage'>
  /** Above the number of every patch that there is. */
  nextPatch: number
}

/** Turns staged sectors into what the journal says of them: cells, or patches, which are encrypted here. */
export class RecordSectors {
  readonly #parts: RecordSectorsParts
  #nextPatch: number

  constructor(parts: RecordSectorsParts) {
    this.#parts = parts
    this.#nextPatch = parts.nextPatch
  }

  /**
   * @returns also the cells that were staged for sectors whose patches had become too many.
   * @throws {StorgoError} `STATE_ROOT_MISMATCH` if those patches do not give the root that they were said to give, `SECTOR_CORRUPT` if
   * what they lie over cannot be read, and those of staging.
   */
  async record(
    ref: SlotRef,
    base: 'newest' | 'undone',
    staged: ReadonlyMap<number, StagedSector>,
  ): Promise<{ sectors: Map<number, RecordedSector>; added: StagedCell[] }> {
    const sectors = new Map<number, RecordedSector>()
    const added: StagedCell[] = []
    try {
      for (const [sector, content] of staged) {
        if (content.kind === 'cell') {
          sectors.set(sector, this.#inCell(content))
          continue
        }
        const folded = await this.#folded(ref, sector, base, content)
        if (folded !== undefined) added.push(folded)
        sectors.set(sector, folded === undefined ? this.#patched(content) : this.#inCell(folded))
      }
      return { sectors, added }
    } catch (error) {
      this.#parts.store.unstage(added)
      throw error
    }
  }

  /** The sector as a cell of its own, if its patches would become too many. */
  async #folded(
    ref: SlotRef,
    sector: number,
    base: 'newest' | 'undone',
    { kind, patches, root }: StagedPatches,
  ): Promise<StagedCell | undefined> {
    const { index, reader, store } = this.#parts
    const entry = kind === 'patch' ? baseEntry(index, ref, sector, base) : UNWRITTEN
    if (!needsFolding(unfoldedOf(index, entry.patch), patchBytes(patches))) return undefined
    const bytes = (await reader.read(index, entry, { cached: true })).slice()
    applyPatches(bytes, patches)
    const cell = await store.stage(bytes)
    if (equalBytes(cell.root, root)) return cell
    store.unstage([cell])
    throw new StorgoError('STATE_ROOT_MISMATCH', `Sector ${sector} is not what it was said to be.`, { sector })
  }

  #inCell({ cell, root }: StagedCell): RecordedSector {
    const key = this.#parts.room.keyOf(cell)
    if (key === undefined) throw new StorgoError('INTERNAL', `Cell ${cell} is not staged.`, { cell })
    return { root, under: { cell, key } }
  }

  #patched({ kind, patches, root }: StagedPatches): RecordedSector {
    const under = kind === 'patch' ? 'base' : { cell: NO_CELL, key: 0 }
    if (patches.length === 0) return { root, under }
    const sealed = this.#parts.keys.sealPatch(encodePatches(patches))
    return { root, under, added: { patch: this.#nextPatch++, plainBytes: patchBytes(patches), sealed } }
  }
}

function needsFolding({ count, totalBytes }: { count: number; totalBytes: number }, bytes: number): boolean {
  return bytes > MAX_PATCH_BYTES || totalBytes + bytes > MAX_UNFOLDED_BYTES || count >= MAX_UNFOLDED
}
