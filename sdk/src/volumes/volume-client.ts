import type {
  FileInfo,
  FileSource,
  GetOptions,
  ListOptions,
  PutOptions,
  PutResult,
  RemoveResult,
  VolumeClient,
} from './file-source.ts'
import { getFile } from './get-file.ts'
import { listFiles, statFile } from './list-files.ts'
import { putFiles, removeFiles } from './put-files.ts'
import type { VolumeSession } from './volume-session.ts'

/** The files of the volume that `session` attaches to. */
export function volumeClient(volumeId: bigint, session: VolumeSession): VolumeClient {
  return {
    volumeId,
    put: (files: AsyncIterable<FileSource> | Iterable<FileSource>, options: PutOptions = {}): Promise<PutResult> =>
      putFiles(session, files, options),
    get: (path: string, options: GetOptions = {}): AsyncIterable<Uint8Array> => getFile(session, path, options),
    list: (options: ListOptions = {}): Promise<FileInfo[]> => listFiles(session, options),
    stat: (path: string, options: { signal?: AbortSignal } = {}): Promise<FileInfo | undefined> =>
      statFile(session, path, options),
    remove: (paths: Iterable<string>, options: PutOptions = {}): Promise<RemoveResult> =>
      removeFiles(session, paths, options),
  }
}
