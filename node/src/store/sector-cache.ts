import type { SectorContent } from './sector-page.ts'

/** Sectors kept in memory: a client reads a sector in many small ranges, and appends to the same one again and again. */
const MAX_SECTORS = 16

type Place = Pick<SectorContent, 'cell' | 'patch'>

/** Plain bytes by where they are, of those used last. Who gets them must not change them. */
export class SectorCache {
  readonly #sectors = new Map<string, Uint8Array>()

  get(place: Place): Uint8Array | undefined {
    const bytes = this.#sectors.get(nameOf(place))
    if (bytes !== undefined) this.set(place, bytes)
    return bytes
  }

  set(place: Place, bytes: Uint8Array): void {
    const name = nameOf(place)
    this.#sectors.delete(name)
    this.#sectors.set(name, bytes)
    const oldest = this.#sectors.size > MAX_SECTORS ? this.#sectors.keys().next() : undefined
    if (oldest?.done === false) this.#sectors.delete(oldest.value)
  }

  /** That place will hold something else. */
  forget(place: Place): void {
    this.#sectors.delete(nameOf(place))
  }
}

function nameOf({ cell, patch }: Place): string {
  return `${cell}/${patch}`
}
