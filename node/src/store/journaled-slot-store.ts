import { type Epoch, isStorgoError, type Receipt, StorgoError } from '@storgo/protocol'
import { Locks } from '../locks.ts'
import type { Disk } from './disk.ts'
import type { DiskState } from './disk-state.ts'
import type { IndexDatabase } from './index-database.ts'
import type { Journal } from './journal.ts'
import type { KeyRing } from './key-ring.ts'
import { rangeOf, slotOfKey } from './keys.ts'
import { OpenViews } from './open-views.ts'
import { probeDisk } from './probe-disk.ts'
import { RecordSectors } from './record-sectors.ts'
import { rotateStoreKey } from './rotate-store-key.ts'
import { scrubSlots } from './scrub-slots.ts'
import type { SealedCells } from './sealed-cells.ts'
import { SectorReader } from './sector-reader.ts'
import { hasRoot } from './slot-pages.ts'
import type {
  Promised,
  RotateOptions,
  ScrubOptions,
  SlotAdoption,
  SlotCommit,
  SlotRef,
  SlotStore,
  SlotView,
  StagedCell,
  StagedSector,
  StoreHealth,
} from './slot-store.ts'
import { openSlotView } from './slot-view.ts'
import { StageRoom } from './stage-room.ts'
import type { SlotRecord } from './store-record.ts'

export type JournaledSlotStoreParts = {
  disk: Disk
  state: DiskState
  index: IndexDatabase
  journal: Journal
  cells: SealedCells
  keys: KeyRing
  capacity: number
  retentionEpochs: () => number
  /** What the index says: cells that are taken, and a number above those of all patches. */
  taken: Iterable<number>
  nextPatch: number
}

/** Sectors in cells, small changes of them and all else in the journal; the index is what the journal adds up to. */
export class JournaledSlotStore implements SlotStore {
  readonly #parts: JournaledSlotStoreParts
  readonly #room: StageRoom
  readonly #reader: SectorReader
  readonly #sectors: RecordSectors
  readonly #views: OpenViews
  readonly #locks = new Locks()

  constructor(parts: JournaledSlotStoreParts) {
    this.#parts = parts
    const { index, keys, nextPatch } = parts
    this.#room = new StageRoom(parts.capacity, parts.taken)
    this.#reader = new SectorReader(parts.cells, keys)
    this.#views = new OpenViews((cell) => this.#free(cell))
    this.#sectors = new RecordSectors({ index, keys, nextPatch, store: this, room: this.#room, reader: this.#reader })
  }

  async slots(): Promise<SlotRef[]> {
    const found = new Map<string, SlotRef>()
    for (const kind of ['certified', 'latest', 'memory'] as const) {
      for await (const [key] of this.#parts.index.entries(rangeOf(kind))) {
        const ref = slotOfKey(key)
        found.set(nameOf(ref), ref)
      }
    }
    return [...found.values()]
  }

  view(ref: SlotRef): SlotView {
    return openSlotView({ index: this.#parts.index, reader: this.#reader, views: this.#views }, ref)
  }

  async stage(bytes: Uint8Array): Promise<StagedCell> {
    const { state, cells } = this.#parts
    state.assertWritable()
    await state.assertRoom()
    const cell = this.#room.take()
    try {
      const { root, key } = await cells.write(cell, bytes)
      this.#room.written(cell, key)
      this.#reader.remember(cell, bytes)
      return { kind: 'cell', cell, root }
    } catch (error) {
      this.#room.unstage(cell)
      throw error
    }
  }

  readStaged(staged: StagedCell): Promise<Uint8Array> {
    const { cell, root } = staged
    const key = this.#room.keyOf(cell)
    if (key === undefined) throw notStaged(staged)
    return this.#reader.read(this.#parts.index, { cell, key, patch: 0, root }, { cached: true })
  }

  unstage(staged: Iterable<StagedSector>): void {
    for (const sector of staged)
      if (sector.kind === 'cell' && this.#room.unstage(sector.cell)) this.#reader.forget(sector.cell)
  }

  promise(ref: SlotRef, promised: Promised): Promise<void> {
    return this.#change(ref, async () => ({ record: { kind: 'promise', ref, promised } }))
  }

  accept(ref: SlotRef, receipt: Receipt, promised: Promised): Promise<void> {
    return this.#change(ref, async () => ({ record: { kind: 'accept', ref, receipt, promised } }))
  }

  certify(ref: SlotRef, receipts: readonly Receipt[], epoch: Epoch): Promise<void> {
    return this.#change(ref, async () => ({ record: { kind: 'certify', ref, receipts, ...this.#epochs(epoch) } }))
  }

  release(ref: SlotRef, nonce: bigint): Promise<void> {
    return this.#change(ref, async () => ({ record: { kind: 'release', ref, nonce } }))
  }

  drop(ref: SlotRef): Promise<void> {
    return this.#change(ref, async () => ({ record: { kind: 'drop', ref } }))
  }

  commit(ref: SlotRef, { next, staged, certifies, promised, freed, reused, epoch }: SlotCommit): Promise<void> {
    return this.#change(ref, async () => {
      await this.#parts.state.assertRoom()
      const { sectors, added } = await this.#sectors.record(ref, certifies === undefined ? 'undone' : 'newest', staged)
      const fields = { ref, next, promised, staged: sectors, freed, reused, ...this.#epochs(epoch) }
      return { record: { kind: 'commit', ...fields, ...(certifies && { certifies }) }, staged, added }
    })
  }

  adopt(ref: SlotRef, { next, staged, base, freed, epoch }: SlotAdoption): Promise<void> {
    return this.#change(ref, async () => {
      await this.#parts.state.assertRoom()
      const { sectors, added } = await this.#sectors.record(ref, base === 'latest' ? 'newest' : 'undone', staged)
      const fields = { ref, next, base, staged: sectors, freed, ...this.#epochs(epoch) }
      return { record: { kind: 'adopt', ...fields }, staged, added }
    })
  }

  async heal(ref: SlotRef, sector: number, staged: StagedCell): Promise<boolean> {
    const key = this.#room.keyOf(staged.cell)
    if (key === undefined) throw notStaged(staged)
    let found = false
    await this.#change(ref, async () => {
      const { root, cell } = staged
      found = hasRoot(this.#parts.index, ref, sector, root)
      return found
        ? { record: { kind: 'place', ref, sector, root, cell, key }, staged: new Map([[sector, staged]]) }
        : undefined
    })
    if (!found) this.unstage([staged])
    return found
  }

  usage(): { stored: number; staged: number; capacity: number } {
    return this.#room.usage
  }

  /** Most sectors on disk from now on; if there are more, they stay, and none are added until enough are gone. */
  resize(capacity: number): void {
    this.#room.resize(capacity)
  }

  health(): StoreHealth {
    return this.#parts.state.health
  }

  probe(): Promise<void> {
    return probeDisk(this.#parts.disk, this.#parts.state)
  }

  async scrub(options: ScrubOptions): Promise<void> {
    const { index } = this.#parts
    await scrubSlots({ index, reader: this.#reader, views: this.#views, slots: await this.slots() }, options)
  }

  async rotateKey(options: RotateOptions): Promise<void> {
    const { disk, index, keys, journal } = this.#parts
    const parts = { disk, index, keys, store: this, reader: this.#reader, views: this.#views, room: this.#room }
    const note = async (name: string, value: Uint8Array) => {
      await journal.commit({ kind: 'meta', name, value })
    }
    await this.#locks.run('key', () => rotateStoreKey({ ...parts, note }, options))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.journal[Symbol.asyncDispose]()
    await this.#parts.cells[Symbol.asyncDispose]()
  }

  /** Makes one record about a slot durable; `make` may find that there is nothing to record. */
  async #change(ref: SlotRef, make: () => Promise<Change | undefined>): Promise<void> {
    const { state, cells, journal } = this.#parts
    await this.#locks.run(nameOf(ref), async () => {
      state.assertWritable()
      const change = await make()
      if (change === undefined) return
      const { record, staged = new Map<number, StagedSector>(), added = [] } = change
      const taken = this.#room.keysOf([...staged.values(), ...added])
      try {
        await cells.sync([...taken.keys()])
        // From here on the journal may have the record even if this fails.
        this.#room.commit(taken)
        const given = await journal.commit(record).catch((error: unknown) => {
          if (!isStorgoError(error, 'STORE_READ_ONLY')) this.#room.giveBack(taken)
          throw error
        })
        this.#views.giveUp(given)
      } catch (error) {
        this.unstage(added)
        throw error
      }
    })
  }

  #epochs(epoch: Epoch): { epoch: Epoch; keepSince: Epoch } {
    return { epoch, keepSince: Math.max(0, epoch - this.#parts.retentionEpochs()) as Epoch }
  }

  #free(cell: number): void {
    this.#reader.forget(cell)
    this.#room.free(cell)
  }
}

type Change = {
  record: SlotRecord
  /** What the caller staged, which belongs to the slot from then on. */
  staged?: ReadonlyMap<number, StagedSector>
  /** Cells that the store itself staged beside. */
  added?: readonly StagedCell[]
}

function notStaged({ cell }: StagedCell): StorgoError {
  return new StorgoError('INTERNAL', `Cell ${cell} is not staged.`, { cell })
}

function nameOf({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}
