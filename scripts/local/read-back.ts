import { createHash, type Hash } from 'node:crypto'
import type { VolumeClient } from '@storgo/sdk'
import type { LocalSource } from '../../cli/src/transfer/local-sources.ts'

/** Files read at once. */
const AT_ONCE = 4

/** Reads every file back from the volume and compares its SHA-256 with that of the local one. @returns Paths that differ. */
export async function differingFiles(
  volume: VolumeClient,
  sources: readonly LocalSource[],
  signal: AbortSignal,
): Promise<string[]> {
  const queue = sources.values()
  const differing: string[] = []
  const compareSome = async (): Promise<void> => {
    for (const source of queue) {
      const [local, remote] = await Promise.all([sha256(source.open()), sha256(volume.get(source.path, { signal }))])
      if (local !== remote) differing.push(source.path)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, compareSome))
  return differing
}

async function sha256(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const hash: Hash = createHash('sha256')
  for await (const part of parts) hash.update(part)
  return hash.digest('hex')
}
