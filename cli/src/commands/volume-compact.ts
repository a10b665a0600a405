import type { CompactResult } from '@storgo/sdk'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { Progress } from '../transfer/progress.ts'
import type { CompactFlags } from '../tree/volume-commands.ts'

/** Gives back the room of what was removed. */
export async function volumeCompact(context: Context, id: string | undefined, flags: CompactFlags): Promise<undefined> {
  const { output, signal } = context
  const release = flags.release === true
  if (release) await confirm(context, 'What was removed can then not be taken back. Release it?')
  await using session = await openSession(context)
  const volume = await session.volume(id)
  const progress = new Progress(output, 'moving')
  const result = await volume
    .compact({
      release,
      signal,
      onProgress: ({ phase, movedBytes }) => progress.reached(phase, movedBytes, undefined, 1),
    })
    .finally(() => progress.done())
  output.data('storgo.volume.compact/1', { volumeId: volume.volumeId, ...result }, describe(result))
  return undefined
}

function describe({ freedBytes, movedBytes, roomBytes, retainedBytes, usableFromEpoch }: CompactResult): string {
  const kept =
    retainedBytes > 0 && usableFromEpoch !== undefined
      ? ` ${formatBytes(retainedBytes)} more are kept back, the first up to epoch ${usableFromEpoch}.`
      : ''
  return `Freed ${formatBytes(freedBytes)}, moved ${formatBytes(movedBytes)}. There is room for ${formatBytes(roomBytes)}.${kept}`
}
