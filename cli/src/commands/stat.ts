import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'
import type { VolumeFlag } from '../tree/file-commands.ts'

/** Everything the catalog says about one file. */
export async function stat(context: Context, path: string, flags: VolumeFlag): Promise<undefined> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const info = await volume.stat(path, { signal })
  if (info === undefined)
    throw new StorgoError('FILE_NOT_FOUND', `volume ${volume.volumeId} has no file "${path}"`, { path })
  const text = table([
    ['path', info.path],
    ['size', `${formatBytes(info.size)} (${info.size} bytes)`],
    ['modified', new Date(info.modifiedMs).toISOString()],
    ['type', info.mediaType],
    ['address', info.cid],
    ['volume', String(volume.volumeId)],
  ])
  output.data('storgo.stat/1', { volumeId: volume.volumeId, ...info }, text)
  return undefined
}
