import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import type { MvFlags } from '../tree/file-commands.ts'

/** Gives a file, or a folder with all below it, another path; no byte of them is moved. */
export async function mv(context: Context, from: string, to: string, flags: MvFlags): Promise<ExitCode> {
  const { output, signal } = context
  const source = from.replace(/\/$/u, '')
  // As with `put`: a folder if it ends in /.
  const target = to.endsWith('/') ? to + source.slice(source.lastIndexOf('/') + 1) : to
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const result = await volume.move(source, target, { replace: flags.force === true, signal })
  const { files, plainBytes } = result
  const what = files === 1 ? formatBytes(plainBytes) : `${files} files, ${formatBytes(plainBytes)}`
  output.data(
    'storgo.mv/1',
    { volumeId: volume.volumeId, from: source, to: target, ...result },
    `Moved ${source} to ${target} (${what}); state ${result.nonce}.`,
  )
  return result.full ? EXIT.ok : EXIT.incomplete
}
