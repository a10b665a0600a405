/** Sectors kept in memory: a client reads a sector in many small ranges, and appends to the same one again and again. */
const MAX_SECTORS = 16

/** Plain bytes by cell, of those used last. Who gets them must not change them. */
export class SectorCache {
  readonly #sectors = new Map<number, Uint8Array>()

  get(cell: number): Uint8Array | undefined {
    const bytes = this.#sectors.get(cell)
    if (bytes !== undefined) this.set(cell, bytes)
    return bytes
  }

  set(cell: number, bytes: Uint8Array): void {
    this.#sectors.delete(cell)
    this.#sectors.set(cell, bytes)
    const oldest = this.#sectors.size > MAX_SECTORS ? this.#sectors.keys().next() : undefined
    if (oldest?.done === false) this.#sectors.delete(oldest.value)
  }

  /** The cell will hold something else. */
  forget(cell: number): void {
    this.#sectors.delete(cell)
  }
}
