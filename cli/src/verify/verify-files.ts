import { isStorgoError, StorgoError } from '@storgo/protocol'
import type { FileInfo, VolumeClient } from '@storgo/sdk'
import { listBelow } from '../transfer/list-below.ts'

/** What came of one file. */
export type VerifiedFile = { path: string; bytes: number; code: string | null; reason: string | null }

/**
 * Reads files to their end, and so checks every byte of them: against the certified state, its CID, and its size.
 * @param paths files and folders; none is the whole volume.
 * @throws {StorgoError} `FILE_NOT_FOUND` for a path that the volume has nothing at.
 */
export async function* verifyFiles(
  volume: VolumeClient,
  paths: readonly string[],
  { onBytes, signal }: { onBytes: (count: number) => void; signal: AbortSignal },
): AsyncGenerator<VerifiedFile, void, undefined> {
  for await (const file of filesAt(volume, paths, signal)) {
    let bytes = 0
    let failure: unknown
    try {
      for await (const part of volume.get(file.path, { signal })) {
        bytes += part.length
        onBytes(part.length)
      }
      if (bytes !== file.size) failure = new StorgoError('MANIFEST_CORRUPT', `it has ${bytes} of ${file.size} bytes`)
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
    const code = failure === undefined ? null : isStorgoError(failure) ? failure.code : 'INTERNAL'
    const reason = failure === undefined ? null : failure instanceof Error ? failure.message : String(failure)
    yield { path: file.path, bytes, code, reason }
  }
}

async function* filesAt(
  volume: VolumeClient,
  paths: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FileInfo, void, undefined> {
  if (paths.length === 0) return yield* listBelow(volume, '', signal)
  for (const path of paths) {
    const folder = path.replace(/\/$/u, '')
    const file = await volume.stat(folder, { signal })
    if (file) yield file
    let below = 0
    for await (const each of listBelow(volume, folder, signal)) {
      below++
      yield each
    }
    if (!file && below === 0)
      throw new StorgoError('FILE_NOT_FOUND', `volume ${volume.volumeId} has nothing at "${path}"`, { path })
  }
}
