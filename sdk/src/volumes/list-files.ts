import { decodeFileEntry, FILE_KEYS, type FileEntry, fileKeyOf, fileKeysBelow, pathOfKey } from '@storgo/protocol'
import { cidText } from './cid-text.ts'
import type { FileInfo, ListOptions } from './file-source.ts'
import type { VolumeSession } from './volume-session.ts'

const PAGE_ENTRIES = 1_000

/** One page of a volume's files. @throws {StorgoError} `REQUEST_INVALID` unless `limit` is 1 to 10 000. */
export async function listFiles(
  session: VolumeSession,
  { prefix = '', after, limit = PAGE_ENTRIES, signal }: ListOptions,
): Promise<FileInfo[]> {
  const { entries } = await session.reading(signal)(({ catalog }) =>
    catalog.scan({
      prefix: prefix === '' ? FILE_KEYS : fileKeysBelow(prefix),
      ...(after !== undefined && { after: fileKeysBelow(after) }),
      limit,
    }),
  )
  return entries.map(({ key, value }) => infoOf(pathOfKey(key), decodeFileEntry(value)))
}

/** One file, or `undefined`. @throws {StorgoError} `PATH_INVALID`. */
export async function statFile(
  session: VolumeSession,
  path: string,
  { signal }: { signal?: AbortSignal },
): Promise<FileInfo | undefined> {
  const key = fileKeyOf(path)
  const value = await session.reading(signal)(({ catalog }) => catalog.get(key))
  return value === undefined ? undefined : infoOf(path, decodeFileEntry(value))
}

function infoOf(path: string, { digest, size, modifiedMs, mediaType }: FileEntry): FileInfo {
  return { path, cid: cidText(digest), size, modifiedMs, mediaType }
}
