import { StorgoError } from '@storgo/protocol'
import type { VolumeClient } from '@storgo/sdk'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { listBelow } from '../transfer/list-below.ts'
import type { RmFlags } from '../tree/file-commands.ts'

/** Removes files, all in one change or none. */
export async function rm(context: Context, paths: string[], flags: RmFlags): Promise<ExitCode> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const files = flags.recursive === true ? await withAllBelow(volume, paths, signal) : paths
  if (flags.recursive === true) await confirm(context, `Remove ${files.length} files?`)
  const result = await volume.remove(files, { signal })
  const text = `Removed ${result.files} ${result.files === 1 ? 'file' : 'files'}, ${formatBytes(result.plainBytes)}.`
  output.data('storgo.rm/1', { volumeId: volume.volumeId, ...result }, text)
  return result.full ? EXIT.ok : EXIT.incomplete
}

async function withAllBelow(volume: VolumeClient, paths: string[], signal: AbortSignal): Promise<string[]> {
  const all = new Set<string>()
  for (const path of paths) {
    const before = all.size
    const folder = path.replace(/\/$/u, '')
    if ((await volume.stat(folder, { signal })) !== undefined) all.add(folder)
    for await (const file of listBelow(volume, folder, signal)) all.add(file.path)
    if (all.size === before)
      throw new StorgoError('FILE_NOT_FOUND', `volume ${volume.volumeId} has nothing at "${path}"`, { path })
  }
  return [...all]
}
