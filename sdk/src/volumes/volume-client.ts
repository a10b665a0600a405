import { checkSlots } from './check-slots.ts'
import { compactVolume } from './compact-volume.ts'
import type {
  FileInfo,
  FileSource,
  GetOptions,
  ListOptions,
  MoveOptions,
  MoveResult,
  PutOptions,
  PutResult,
  RemoveResult,
  VolumeClient,
} from './file-source.ts'
import { getFile } from './get-file.ts'
import { readHistory } from './history.ts'
import { listFiles, statFile } from './list-files.ts'
import type { KeyWallet } from './master-key.ts'
import { moveFiles } from './move-files.ts'
import { putFiles, removeFiles } from './put-files.ts'
import { restoreFile } from './restore-file.ts'
import type { SlotCheck, SlotCheckOptions } from './slot-check.ts'
import type { VolumeSession } from './volume-session.ts'
import type { CompactOptions, CompactResult, PastState, RestoreOptions, RestoreResult } from './volume-space.ts'

const never = new AbortController().signal

/** The files of the volume that `session` attaches to. @param wallet of its owner, to release what was removed. */
export function volumeClient(volumeId: bigint, session: VolumeSession, wallet?: KeyWallet): VolumeClient {
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
    move: (from: string, to: string, options: MoveOptions = {}): Promise<MoveResult> =>
      moveFiles(session, from, to, options),
    checkSlots: (options: SlotCheckOptions = {}): Promise<SlotCheck> => checkSlots(session, options),
    compact: (options: CompactOptions = {}): Promise<CompactResult> => compactVolume(session, options, wallet),
    history: ({ signal = never }: { signal?: AbortSignal } = {}): Promise<PastState[]> => readHistory(session, signal),
    restore: (path: string, options: RestoreOptions = {}): Promise<RestoreResult> =>
      restoreFile(session, path, options),
  }
}
