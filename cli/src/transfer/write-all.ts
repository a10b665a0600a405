import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Writes every part to `writable` as fast as it takes them, and leaves it open. */
export async function writeAll(
  writable: Writable,
  parts: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  for await (const part of parts) {
    if (!writable.write(part)) await once(writable, 'drain', { signal })
  }
}
