import { CHUNK_BYTES } from '../units.ts'

/**
 * Cuts a stream of bytes into chunks of exactly `CHUNK_BYTES`, the last one shorter; an empty stream has none. Holds at
 * most one chunk besides the buffer it was given.
 *
 * Where one buffer of `source` holds a whole chunk, the chunk is a view of that buffer, not a copy: the source must not
 * reuse its buffers. Errors of the source pass through; a consumer that stops early closes the source.
 */
export async function* chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  // The unfinished chunk: `held` is its first `heldBytes` bytes, a view of a source buffer until a second part comes.
  let held = new Uint8Array(0) as Uint8Array
  let heldBytes = 0
  for await (const buffer of source) {
    let at = 0
    while (at < buffer.length) {
      const part = buffer.subarray(at, at + CHUNK_BYTES - heldBytes)
      at += part.length
      if (heldBytes === 0) {
        held = part
      } else {
        if (held.length < CHUNK_BYTES) held = grown(held)
        held.set(part, heldBytes)
      }
      heldBytes += part.length
      if (heldBytes < CHUNK_BYTES) continue
      yield held
      heldBytes = 0
    }
  }
  if (heldBytes > 0) yield held.subarray(0, heldBytes)
}

function grown(part: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(CHUNK_BYTES)
  chunk.set(part)
  return chunk
}
