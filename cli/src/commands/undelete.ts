import { StorgoError } from '@storgo/protocol'
import type { VolumeClient } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import type { UndeleteFlags } from '../tree/file-commands.ts'

/** Puts a file back as it was in a state that the slots remember. */
export async function undelete(context: Context, path: string, flags: UndeleteFlags): Promise<undefined> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const nonce = flags.at === undefined ? undefined : await nonceAt(volume, flags.at, signal)
  const result = await volume.restore(path, { signal, ...(nonce !== undefined && { nonce }) })
  const copied = result.copiedBytes > 0 ? `; ${formatBytes(result.copiedBytes)} were stored again` : ''
  const text = `Put back ${path}, ${formatBytes(result.size)}, as of state ${result.from}${copied}.`
  output.data('storgo.undelete/1', { volumeId: volume.volumeId, ...result }, text)
  return undefined
}

/** The state that `--at` names: by its number, or as the last one of an epoch. @throws {StorgoError} `REQUEST_INVALID`. */
async function nonceAt(volume: VolumeClient, at: string, signal: AbortSignal): Promise<bigint> {
  const match = /^(epoch:)?(\d{1,18})$/u.exec(at)
  if (!match)
    throw new StorgoError('REQUEST_INVALID', `"${at}" is neither a state's number nor epoch:N`, {
      next: 'storgo volume history',
    })
  if (match[1] === undefined) return BigInt(match[2] ?? 0)
  const epoch = Number(match[2])
  const state = (await volume.history({ signal })).find((past) => past.epoch <= epoch)
  if (state) return state.nonce
  throw new StorgoError('FILE_NOT_FOUND', `the slots do not remember how the volume was in epoch ${epoch}`, { epoch })
}
