import { basename, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import type { FileInfo, VolumeClient } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { getFolder } from '../transfer/get-folder.ts'
import { listBelow } from '../transfer/list-below.ts'
import { assertFree } from '../transfer/local-target.ts'
import { Progress } from '../transfer/progress.ts'
import { writeResumable } from '../transfer/resumable-file.ts'
import { writeAll } from '../transfer/write-all.ts'
import type { GetFlags } from '../tree/file-commands.ts'

/** Fetches a file, or a folder with all below it, to a local path or stdout. */
export async function get(
  context: Context,
  path: string,
  local: string | undefined,
  flags: GetFlags,
): Promise<undefined> {
  const { cwd, output, signal } = context
  const remote = path.replace(/\/$/u, '')
  const target = resolve(cwd, local ?? basename(remote))
  const force = flags.force === true
  // Before anything is fetched, so that a refusal costs nothing.
  if (local !== '-') await assertFree(target, { force })
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const info = await volume.stat(remote, { signal })
  if (info !== undefined && local === '-') return await toStdout(context, volume, info)
  const files = info === undefined ? await Array.fromAsync(listBelow(volume, remote, signal)) : [info]
  if (files.length === 0)
    throw new StorgoError('FILE_NOT_FOUND', `volume ${volume.volumeId} has no file or folder "${remote}"`, {
      path: remote,
    })
  if (local === '-')
    throw new StorgoError('REQUEST_INVALID', `"${remote}" is a folder; only a file can go to stdout`, { path: remote })

  const started = performance.now()
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  const progress = new Progress(output, 'fetching')
  let [bytes, resumedBytes] = [0, 0]
  const onResumed = (count: number): void => {
    resumedBytes = count
    if (count > 0) output.note(`Going on after ${formatBytes(count)} that are here already.`)
  }
  const onBytes = (count: number): void => {
    bytes += count
    progress.reached('', resumedBytes + bytes, totalBytes, files.length)
  }
  try {
    if (info === undefined) await getFolder(volume, files, { remote, target, force, onBytes, signal })
    else {
      const from = (offset: number) => volume.get(info.path, { offset, signal })
      const remote = { ...info, volumeId: volume.volumeId }
      await writeResumable(target, remote, from, { force, mustResume: flags.resume === true, onResumed, onBytes })
    }
  } finally {
    progress.done()
  }
  const seconds = Math.round(performance.now() - started) / 1000
  const text = `Fetched ${files.length === 1 ? remote : `${files.length} files`}, ${formatBytes(bytes)}, to ${target} in ${seconds.toFixed(1)} s.`
  output.data(
    'storgo.get/1',
    { volumeId: volume.volumeId, path: remote, local: target, files: files.length, bytes, resumedBytes, seconds },
    text,
  )
  return undefined
}

/** stdout then carries the file's bytes and nothing else, `--json` or not. */
async function toStdout({ stdout, signal }: Context, volume: VolumeClient, { path }: FileInfo): Promise<undefined> {
  await writeAll(stdout, volume.get(path, { signal }), signal)
  return undefined
}
