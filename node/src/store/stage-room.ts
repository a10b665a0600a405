import { StorgoError } from '@storgo/protocol'
import { CellAllocator } from './cell-allocator.ts'
import type { StagedSector } from './slot-store.ts'

/** Which cells are taken, and which of those are staged: written, but in no state yet. */
export class StageRoom {
  readonly #allocator: CellAllocator
  /** Staged cells and the number of the key they are encrypted with; undefined while they are being written. */
  readonly #staged = new Map<number, number | undefined>()

  /** @param taken cells that states refer to. */
  constructor(capacity: number, taken: Iterable<number>) {
    this.#allocator = new CellAllocator(capacity)
    for (const cell of taken) this.#allocator.occupy(cell)
  }

  get usage(): { stored: number; staged: number; capacity: number } {
    const staged = this.#staged.size
    return { stored: this.#allocator.count - staged, staged, capacity: this.#allocator.capacity }
  }

  /** Most cells taken from now on. */
  resize(capacity: number): void {
    this.#allocator.capacity = capacity
  }

  /** @throws {StorgoError} `DISK_FULL`. */
  take(): number {
    const cell = this.#allocator.take()
    this.#staged.set(cell, undefined)
    return cell
  }

  /** The cell is written. */
  written(cell: number, key: number): void {
    this.#staged.set(cell, key)
  }

  /** The key of a staged cell; undefined if it is not staged. */
  keyOf(cell: number): number | undefined {
    return this.#staged.get(cell)
  }

  /** The cells among staged sectors, and their keys. @throws {StorgoError} `INTERNAL` for one that is not staged. */
  keysOf(staged: Iterable<StagedSector>): Map<number, number> {
    const keys = new Map<number, number>()
    for (const sector of staged) {
      if (sector.kind !== 'cell') continue
      const key = this.#staged.get(sector.cell)
      if (key === undefined)
        throw new StorgoError('INTERNAL', `Cell ${sector.cell} is not staged.`, { cell: sector.cell })
      keys.set(sector.cell, key)
    }
    return keys
  }

  /** Whether a cell encrypted with another key may still be committed. */
  hasOtherThan(key: number): boolean {
    return Array.from(this.#staged.values()).some((other) => other !== key)
  }

  /** The cells belong to a state now, or may do. */
  commit(cells: ReadonlyMap<number, number>): void {
    for (const cell of cells.keys()) this.#staged.delete(cell)
  }

  /** They do not after all. */
  giveBack(cells: ReadonlyMap<number, number>): void {
    for (const [cell, key] of cells) this.#staged.set(cell, key)
  }

  /** Frees a staged cell. @returns false if it is not staged. */
  unstage(cell: number): boolean {
    if (!this.#staged.delete(cell)) return false
    this.#allocator.free(cell)
    return true
  }

  /** Frees a cell that no state refers to any more. */
  free(cell: number): void {
    this.#allocator.free(cell)
  }
}
