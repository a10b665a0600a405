import { StorgoError } from '@storgo/protocol'
import type { VolumeClient } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import type { UndeleteFlags } from '../tree/file-commands.ts'

/** Puts a file back as it was in a state that the slots remember. */
export async function undelete(context: Context, path: string, flags: UndeleteFlags): Promise<undefined> {
  const { output, signal } = context
  const at = flags.at === undefined ? undefined : parseMoment(flags.at)
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const nonce = at === undefined || 'nonce' in at ? at?.nonce : await lastNonceOf(volume, at.epoch, signal)
  const result = await volume.restore(path, { signal, ...(nonce !== undefined && { nonce }) })
  const copied = result.copiedBytes > 0 ? `; ${formatBytes(result.copiedBytes)} were stored again` : ''
  const text = `Put back ${path}, ${formatBytes(result.size)}, as of state ${result.from}${copied}.`
  output.data('storgo.undelete/1', { volumeId: volume.volumeId, ...result }, text)
  return undefined
}

/** What `--at` names: a state by its number, or an epoch. @throws {StorgoError} `REQUEST_INVALID`. */
function parseMoment(text: string): { nonce: bigint } | { epoch: number } {
  const match = /^(epoch:)?(\d{1,18})$/u.exec(text)
  if (match?.[2] !== undefined)
    return match[1] === undefined ? { nonce: BigInt(match[2]) } : { epoch: Number(match[2]) }
  throw new StorgoError('REQUEST_INVALID', `"${text}" is neither a state's number nor epoch:N`, {
    next: 'storgo volume history',
  })
}

/** The last state up to the end of an epoch. @throws {StorgoError} `FILE_NOT_FOUND` if no slot remembers one. */
async function lastNonceOf(volume: VolumeClient, epoch: number, signal: AbortSignal): Promise<bigint> {
  const state = (await volume.history({ signal })).find((past) => past.epoch <= epoch)
  if (state) return state.nonce
  throw new StorgoError('FILE_NOT_FOUND', `the slots do not remember how the volume was in epoch ${epoch}`, { epoch })
}
