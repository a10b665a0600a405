import { SECTOR_BYTES } from '@storgo/protocol'

/** Buffers kept for the next use. */
const MAX_KEPT = 8

/** Buffers of 1 MiB for bytes on their way to or from the disk; making a new one each time costs more than reading it. */
export class ScratchBuffers {
  readonly #kept: Uint8Array[] = []

  /** Lends a buffer, with whatever was in it, until `use` is over. */
  async lend<Result>(use: (buffer: Uint8Array) => Promise<Result>): Promise<Result> {
    const buffer = this.#kept.pop() ?? new Uint8Array(SECTOR_BYTES)
    const result = await use(buffer)
    // After a failure something may still write to the buffer, so then it is let go.
    if (this.#kept.length < MAX_KEPT) this.#kept.push(buffer)
    return result
  }
}
