import { lstat, opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import type { FileSource } from '@storgo/sdk'
import { mediaTypeOf } from './media-type.ts'
import { readLocalFile } from './read-local-file.ts'

/** A local file and where it goes; `size` is that of the moment it was listed. */
export type LocalSource = FileSource & { size: number; localPath: string }

/**
 * Every regular file at or below `local`, folders in bytewise order of names, so that the same tree always gives the same
 * log. Symbolic links below a folder are left out (they may leave it or turn in circles); one named directly is followed.
 *
 * @param remote Remote path of a file; of a folder the prefix of what is in it, '' for the root.
 * @throws {StorgoError} `FILE_NOT_FOUND` for a path that is not there; `REQUEST_INVALID` for a device or socket.
 */
export async function* localSources(local: string, remote: string): AsyncGenerator<LocalSource> {
  const stats = await stat(local).catch((error: unknown) => {
    throw new StorgoError('FILE_NOT_FOUND', `cannot read the local path ${local}`, { path: local }, { cause: error })
  })
  if (stats.isDirectory()) yield* below(local, remote)
  else if (stats.isFile()) yield source(local, remote, stats)
  else throw new StorgoError('REQUEST_INVALID', `${local} is neither a file nor a folder`, { path: local })
}

/** The name a local path gives what is stored from it: its last component, also for `.` and `..`. */
export function nameOf(local: string): string {
  return basename(resolve(local))
}

async function* below(folder: string, prefix: string): AsyncGenerator<LocalSource> {
  const entries = await Array.fromAsync(await opendir(folder))
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const local = join(folder, entry.name)
    const remote = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) yield* below(local, remote)
    else if (entry.isFile()) yield source(local, remote, await lstat(local))
  }
}

function source(local: string, remote: string, { size, mtimeMs }: { size: number; mtimeMs: number }): LocalSource {
  return {
    path: remote,
    localPath: local,
    size,
    modifiedMs: Math.max(0, Math.floor(mtimeMs)),
    mediaType: mediaTypeOf(remote),
    open: () => readLocalFile(local, size),
  }
}
