import type { Extent } from '@storgo/protocol'

/** What was appended to the log since the last state, with neighbours joined. */
export class UnsignedExtents {
  readonly #extents: Extent[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get extents(): readonly Extent[] {
    return this.#extents
  }

  add({ offset, length }: Extent): void {
    this.#bytes += length
    const last = this.#extents.at(-1)
    if (last && last.offset + last.length === offset) last.length += length
    else this.#extents.push({ offset, length })
  }

  /** Whether some of `extent` is here, so that slots do not give it out yet. */
  touches({ offset, length }: Extent): boolean {
    return this.#extents.some((known) => offset < known.offset + known.length && known.offset < offset + length)
  }

  clear(): void {
    this.#extents.length = 0
    this.#bytes = 0
  }
}
