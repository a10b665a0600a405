import { StorgoError } from '@storgo/protocol'
import { Locks } from '../locks.ts'
import { CellAllocator } from './cell-allocator.ts'
import type { CellCipher } from './cell-cipher.ts'
import type { CellFiles } from './cell-files.ts'
import { encodeHeldState } from './held-state-codec.ts'
import type { IndexChange, IndexDatabase } from './index-database.ts'
import { pageKey, pageOfKey, rangeOf, slotOfKey, stateKey } from './keys.ts'
import { openSlotView, readStates } from './level-slot-view.ts'
import { OpenViews } from './open-views.ts'
import { cellsGivenUp, type HeldPages, type PageChange, pagesAfter, pagesAfterCertify } from './page-changes.ts'
import { SealedCells } from './sealed-cells.ts'
import { cellsOf, EMPTY_PAGE, PAGE_SECTORS } from './sector-page.ts'
import type { CertifiedState, HeldState, SlotCommit, SlotRef, SlotStore, SlotView, StagedSector } from './slot-store.ts'

export type LevelSlotStoreParts = {
  index: IndexDatabase
  cells: CellFiles
  cipher: CellCipher
  /** Most sectors on disk, staged ones and those kept for undo included. */
  capacity: number
}

/** Sectors in cell files, everything else in the index; the index alone says which cells are taken and what they hold. */
export class LevelSlotStore implements SlotStore {
  readonly #index: IndexDatabase
  readonly #cells: SealedCells
  readonly #allocator: CellAllocator
  readonly #staged = new Set<number>()
  readonly #locks = new Locks()
  readonly #views: OpenViews

  private constructor(parts: LevelSlotStoreParts) {
    this.#index = parts.index
    this.#cells = new SealedCells(parts)
    this.#allocator = new CellAllocator(parts.capacity)
    this.#views = new OpenViews((cell) => this.#freeCell(cell))
  }

  /** Takes over `index` and `cells` and closes them at the end. */
  static async open(parts: LevelSlotStoreParts): Promise<LevelSlotStore> {
    const store = new LevelSlotStore(parts)
    for (const kind of ['page', 'undo'] as const) {
      for await (const [, page] of parts.index.entries(rangeOf(kind))) {
        for (const cell of cellsOf(page)) store.#allocator.occupy(cell)
      }
    }
    return store
  }

  async slots(): Promise<SlotRef[]> {
    const found = new Map<string, SlotRef>()
    for (const kind of ['certified', 'latest'] as const) {
      for await (const [key] of this.#index.entries(rangeOf(kind))) {
        const ref = slotOfKey(key)
        found.set(nameOf(ref), ref)
      }
    }
    return [...found.values()]
  }

  view(ref: SlotRef): SlotView {
    return openSlotView({ index: this.#index, cells: this.#cells, views: this.#views }, ref)
  }

  async stage(bytes: Uint8Array): Promise<StagedSector> {
    const cell = this.#allocator.take()
    this.#staged.add(cell)
    try {
      return { cell, root: await this.#cells.write(cell, bytes) }
    } catch (error) {
      this.#unstageCell(cell)
      throw error
    }
  }

  readStaged({ cell, root }: StagedSector): Promise<Uint8Array> {
    return this.#cells.read({ cell, root }, { cached: true })
  }

  unstage(staged: Iterable<StagedSector>): void {
    for (const { cell } of staged) this.#unstageCell(cell)
  }

  async commit(ref: SlotRef, { next, staged, certifies }: SlotCommit): Promise<void> {
    await this.#locks.run(nameOf(ref), async () => {
      const { latest } = readStates(this.#index, ref)
      if (certifies !== undefined && latest === undefined) {
        throw new StorgoError('INTERNAL', 'There is no uncertified state to certify.')
      }
      const { sectors } = next.signed.state
      const changes = pagesAfter({
        known: await this.#knownPages(ref, sectors),
        held: (page) => this.#heldPages(ref, page),
        staged,
        sectors,
        base: certifies === undefined ? 'undone' : 'newest',
      })
      const states: IndexChange[] = [{ key: stateKey('latest', ref), value: encodeHeldState(next) }]
      if (certifies !== undefined && latest !== undefined) states.push(certifiedChange(ref, latest, certifies))
      const taken = [...staged.values()].map(({ cell }) => cell)
      await this.#cells.sync(taken)
      // From here on the index may hold the new state even if this fails, so its cells stay taken until a restart.
      for (const cell of taken) this.#staged.delete(cell)
      await this.#index.write([...states, ...changes.flatMap((change) => pageChange(ref, change))])
      this.#views.giveUp(cellsGivenUp(changes))
    })
  }

  async certify(ref: SlotRef, receipts: CertifiedState['receipts']): Promise<void> {
    await this.#locks.run(nameOf(ref), async () => {
      const { latest } = readStates(this.#index, ref)
      if (latest === undefined) throw new StorgoError('INTERNAL', 'There is no uncertified state to certify.')
      const changes = pagesAfterCertify({
        known: await this.#undoPages(ref),
        held: (page) => this.#heldPages(ref, page),
      })
      const states = [certifiedChange(ref, latest, receipts), { key: stateKey('latest', ref), value: undefined }]
      await this.#index.write([...states, ...changes.flatMap((change) => pageChange(ref, change))])
      this.#views.giveUp(cellsGivenUp(changes))
    })
  }

  async drop(ref: SlotRef): Promise<void> {
    await this.#locks.run(nameOf(ref), async () => {
      const changes = [...(await this.#knownPages(ref, 0))].map((page) => {
        const after: HeldPages = { page: EMPTY_PAGE, undo: undefined }
        return { page, before: this.#heldPages(ref, page), after }
      })
      const states = (['certified', 'latest'] as const).map((kind) => ({ key: stateKey(kind, ref), value: undefined }))
      await this.#index.write([...states, ...changes.flatMap((change) => pageChange(ref, change))])
      this.#views.giveUp(cellsGivenUp(changes))
    })
  }

  usage(): { stored: number; staged: number; capacity: number } {
    const staged = this.#staged.size
    return { stored: this.#allocator.count - staged, staged, capacity: this.#allocator.capacity }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cells[Symbol.asyncDispose]()
    await this.#index[Symbol.asyncDispose]()
  }

  #unstageCell(cell: number): void {
    if (this.#staged.delete(cell)) this.#freeCell(cell)
  }

  #freeCell(cell: number): void {
    this.#cells.forget(cell)
    this.#allocator.free(cell)
  }

  #heldPages(ref: SlotRef, page: number): HeldPages {
    return {
      page: this.#index.get(pageKey('page', ref, page)) ?? EMPTY_PAGE,
      undo: this.#index.get(pageKey('undo', ref, page)),
    }
  }

  async #undoPages(ref: SlotRef): Promise<Set<number>> {
    const pages = new Set<number>()
    for await (const [key] of this.#index.entries(rangeOf('undo', ref))) pages.add(pageOfKey(key))
    return pages
  }

  /** Pages with an undo page, and pages that reach beyond `sectors`; a commit leaves the others alone unless it names them. */
  async #knownPages(ref: SlotRef, sectors: number): Promise<Set<number>> {
    const pages = await this.#undoPages(ref)
    const range = { ...rangeOf('page', ref), gte: pageKey('page', ref, Math.floor(sectors / PAGE_SECTORS)) }
    for await (const [key] of this.#index.entries(range)) pages.add(pageOfKey(key))
    return pages
  }
}

function certifiedChange(ref: SlotRef, state: HeldState, receipts: CertifiedState['receipts']): IndexChange {
  return { key: stateKey('certified', ref), value: encodeHeldState({ ...state, receipts }) }
}

function pageChange(ref: SlotRef, { page, after }: PageChange): IndexChange[] {
  return [
    { key: pageKey('page', ref, page), value: after.page.length === 0 ? undefined : after.page },
    { key: pageKey('undo', ref, page), value: after.undo },
  ]
}

function nameOf({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}
