import type { FileInfo } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { listBelow } from '../transfer/list-below.ts'
import { type FolderInfo, listFolder } from '../transfer/list-folder.ts'
import type { LsFlags } from '../tree/file-commands.ts'

const SIZE_COLUMN = 12

/** Lists files, one line each. An empty folder, like one that is not there, has none. */
export async function ls(context: Context, folder: string | undefined, flags: LsFlags): Promise<undefined> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const remote = (folder ?? '').replace(/\/$/u, '')
  const entries = flags.recursive === true ? listBelow(volume, remote, signal) : listFolder(volume, remote, signal)
  for await (const entry of entries) output.data('storgo.ls/1', entry, describe(entry))
  return undefined
}

function describe(entry: FileInfo | FolderInfo): string {
  if (!('cid' in entry)) return `${'folder'.padStart(SIZE_COLUMN)}  ${''.padEnd(16)}  ${entry.path}`
  const modified = new Date(entry.modifiedMs).toISOString().slice(0, 16).replace('T', ' ')
  return `${formatBytes(entry.size).padStart(SIZE_COLUMN)}  ${modified}  ${entry.path}`
}
