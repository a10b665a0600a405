import { equalBytes, HASH_BYTES, StorgoError, slotRoot } from '@storgo/protocol'
import type { SlotStore, SlotView, StagedCell, Version } from '../store/slot-store.ts'

/**
 * The sectors of a state on their way into a slot: rebuilt ones on disk, staged, the others as in the base. What is rebuilt
 * equal to the base takes no room. Disposing it gives up what was not taken.
 */
export class DraftOfState implements Disposable {
  readonly #store: SlotStore
  readonly #staged = new Map<number, StagedCell>()
  /** Rebuilt and the same as in the base. */
  readonly #same = new Set<number>()

  constructor(store: SlotStore) {
    this.#store = store
  }

  get staged(): ReadonlyMap<number, StagedCell> {
    return this.#staged
  }

  /** Whether the sector has been rebuilt. */
  has(sector: number): boolean {
    return this.#staged.has(sector) || this.#same.has(sector)
  }

  /**
   * @param baseRoot what the base has in that place.
   * @throws {StorgoError} `DISK_FULL`, `STORE_READ_ONLY`.
   */
  async add(sector: number, bytes: Uint8Array, baseRoot: Uint8Array): Promise<void> {
    const staged = await this.#store.stage(bytes)
    this.forget([sector])
    if (equalBytes(staged.root, baseRoot)) {
      this.#store.unstage([staged])
      this.#same.add(sector)
    } else this.#staged.set(sector, staged)
  }

  /** These sectors have changed since they were rebuilt. */
  forget(sectors: Iterable<number>): void {
    for (const sector of sectors) {
      const staged = this.#staged.get(sector)
      if (staged) this.#store.unstage([staged])
      this.#staged.delete(sector)
      this.#same.delete(sector)
    }
  }

  clear(): void {
    this.forget([...this.#staged.keys(), ...this.#same])
  }

  /** Root of the slot of `sectors` sectors on that base. */
  rootOn(view: SlotView, base: Version, sectors: number): Uint8Array {
    const roots = view.sectorRoots(base, sectors)
    for (const [sector, { root }] of this.#staged) if (sector < sectors) roots.set(root, sector * HASH_BYTES)
    return slotRoot(roots)
  }

  /** @throws {StorgoError} `DISK_FULL` when the store has no room for so many more sectors. */
  assertRoom(sectors: number): void {
    const { stored, staged, capacity } = this.#store.usage()
    const free = capacity - stored - staged
    if (sectors <= free) return
    const details = { neededSectors: sectors, freeSectors: Math.max(free, 0), capacitySectors: capacity }
    throw new StorgoError(
      'DISK_FULL',
      `Catching up takes room for ${sectors} sectors and there is room for ${free}.`,
      details,
    )
  }

  /** The store has taken what is staged. */
  taken(): void {
    this.#staged.clear()
    this.#same.clear()
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}
