import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileInfo, VolumeClient } from '@storgo/sdk'
import { assertFree, temporaryBeside, writeLocalFile } from './local-target.ts'

/** Files fetched at once: one after the other would wait for the network most of the time. */
const AT_ONCE = 8

export type GetFolderOptions = {
  /** The remote folder: what the paths of all files begin with. '' for the root. */
  remote: string
  /** The local folder that takes its place. */
  target: string
  /** Whether to replace files in a `target` that is there already. */
  force: boolean
  onBytes(count: number): void
  signal: AbortSignal
}

/**
 * Fetches files into a folder. It is built beside `target` and renamed when everything is there, so that a failure leaves
 * nothing; with `force` and a folder that is there, file by file into it.
 */
export async function getFolder(
  volume: VolumeClient,
  files: readonly FileInfo[],
  options: GetFolderOptions,
): Promise<void> {
  const { target, force } = options
  const free = await assertFree(target, { force: false }).then(
    () => true,
    () => false,
  )
  if (force && !free) return await fetchAll(volume, files, target, options)
  await assertFree(target, { force })
  await mkdir(dirname(target), { recursive: true })
  const temporary = temporaryBeside(target)
  try {
    await mkdir(temporary)
    await fetchAll(volume, files, temporary, options)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function fetchAll(
  volume: VolumeClient,
  files: readonly FileInfo[],
  folder: string,
  { remote, force, onBytes, signal }: GetFolderOptions,
): Promise<void> {
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  const queue = files.values()
  const fetchSome = async (): Promise<void> => {
    for (const { path, modifiedMs } of queue) {
      either.throwIfAborted()
      const local = join(folder, remote === '' ? path : path.slice(remote.length + 1))
      await writeLocalFile(local, volume.get(path, { signal: either }), { force, modifiedMs, onBytes })
    }
  }
  const workers = Array.from({ length: AT_ONCE }, () =>
    fetchSome().catch((error: unknown) => {
      failure.abort(error)
      throw error
    }),
  )
  // All of them have to be done before anything is cleaned up; the first failure is the one to tell.
  await Promise.allSettled(workers)
  either.throwIfAborted()
}
