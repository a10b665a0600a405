import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'

/** Lists the states that a volume's slots remember, one line each, newest first. */
export async function volumeHistory(context: Context, id: string | undefined): Promise<undefined> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volume = await session.volume(id)
  for (const state of await volume.history({ signal })) {
    const { nonce, epoch, files, plainBytes } = state
    const text = `state ${nonce}  epoch ${epoch}  ${files} files, ${formatBytes(plainBytes)}`
    output.data('storgo.volume.history/1', { volumeId: volume.volumeId, ...state }, text)
  }
  return undefined
}
