import { SEALED_CHUNK_BYTES } from '@storgo/protocol'

/** Most rooms kept while nobody uses them: about as many chunks as a reader has on their way. */
const MOST_KEPT = 8

/** Memory in which sealed chunks are put together until they are opened, used again. What nobody gives back is left to the collector. */
export class ChunkRooms {
  readonly #kept: Uint8Array[] = []

  /** Room for so many bytes, with whatever was in it. */
  take(bytes: number): Uint8Array {
    if (bytes > SEALED_CHUNK_BYTES) return new Uint8Array(bytes)
    return (this.#kept.pop() ?? new Uint8Array(SEALED_CHUNK_BYTES)).subarray(0, bytes)
  }

  /** Takes back what {@link take} gave, and nobody looks at any more. */
  give({ buffer }: Uint8Array): void {
    if (buffer.byteLength === SEALED_CHUNK_BYTES && this.#kept.length < MOST_KEPT)
      this.#kept.push(new Uint8Array(buffer))
  }
}
