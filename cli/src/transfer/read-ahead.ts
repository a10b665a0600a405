import { readFile } from 'node:fs/promises'
import type { LocalSource } from './local-sources.ts'

/** Larger files are read as a stream when their turn comes. */
const MOST_BYTES = 64 * 1024
/** Small files read before their turn: at most 2 MiB. */
const AHEAD = 32

/**
 * The same sources, opened in order, of which small ones are read while those before them are stored: opening a file and
 * reading it takes longer than sealing what is in it.
 */
export function withReadAhead(sources: readonly LocalSource[]): LocalSource[] {
  const reading = new Map<number, Promise<Uint8Array>>()
  let started = 0
  const readUpTo = (end: number): void => {
    for (; started < Math.min(end, sources.length); started++) {
      const source = sources[started]
      if (source === undefined || source.size > MOST_BYTES) continue
      const bytes = readFile(source.localPath)
      // A file that cannot be read fails when its turn comes, not before.
      bytes.catch(() => {})
      reading.set(started, bytes)
    }
  }
  return sources.map((source, index) => ({
    ...source,
    open: () => {
      readUpTo(index + AHEAD)
      const bytes = reading.get(index)
      reading.delete(index)
      return bytes === undefined ? source.open() : once(bytes)
    },
  }))
}

async function* once(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes
}
