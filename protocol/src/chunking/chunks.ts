import { CHUNK_BYTES } from '../units.ts'

/**
 * Cuts a stream of bytes into chunks of exactly `CHUNK_BYTES`, the last one shorter; an empty stream has none. Holds at
 * most one chunk besides the buffer it was given.
 *
 * Where one buffer of `source` holds a whole chunk, the chunk is a view of that buffer, not a copy. It is valid until the
 * next is asked for, and no buffer is looked at after the source was asked for another: so a source may read all into one.
 * Errors of the source pass through; a consumer that stops early closes the source.
 */
export async function* chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  // The unfinished chunk is the first `heldBytes` bytes of `held`.
  let held = new Uint8Array(0)
  let heldBytes = 0
  for await (const buffer of source) {
    let at = 0
    while (at < buffer.length) {
      const part = buffer.subarray(at, at + CHUNK_BYTES - heldBytes)
      at += part.length
      if (part.length === CHUNK_BYTES) {
        yield part
        continue
      }
      held = withRoom(held, heldBytes, part.length)
      held.set(part, heldBytes)
      heldBytes += part.length
      if (heldBytes < CHUNK_BYTES) continue
      yield held
      heldBytes = 0
    }
  }
  if (heldBytes > 0) yield held.subarray(0, heldBytes)
}

/** Room for `more` bytes behind the first `used` ones: just that at first, for small files are many, and then for a whole chunk. */
function withRoom(held: Uint8Array<ArrayBuffer>, used: number, more: number): Uint8Array<ArrayBuffer> {
  if (used + more <= held.length) return held
  const room = new Uint8Array(used === 0 ? more : CHUNK_BYTES)
  room.set(held.subarray(0, used))
  return room
}
