import type { VolumeClient } from '@storgo/sdk'
import { sha256 } from '../integration/volumes/a-file.ts'

const AT_ONCE = 16

/** Reads files and compares. @param expected SHA-256 in hex by path. @returns what differs, or cannot be read and why. */
export async function differing(volume: VolumeClient, expected: ReadonlyMap<string, string>): Promise<string[]> {
  const wrong: string[] = []
  const queue = expected.entries()
  const readSome = async (): Promise<void> => {
    for (const [path, hash] of queue) {
      const found = await sha256(volume.get(path)).catch(String)
      if (found !== hash) wrong.push(`${path}: ${found}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, readSome))
  return wrong
}
