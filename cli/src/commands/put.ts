import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import type { FileSource, PutResult } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes, parseDuration } from '../quantities.ts'
import { localSources, nameOf } from '../transfer/local-sources.ts'
import { mediaTypeOf } from '../transfer/media-type.ts'
import { Progress } from '../transfer/progress.ts'
import { planPut, remotePathOf } from '../transfer/put-plan.ts'
import { withReadAhead } from '../transfer/read-ahead.ts'
import type { PutFlags } from '../tree/file-commands.ts'

/** Stores files. Exit code 6 if they are certified but not yet with every slot. */
export async function put(context: Context, args: string[], flags: PutFlags): Promise<ExitCode> {
  const { output, signal } = context
  const waitForFullMs = parseDuration(flags.waitFull)
  const sources = await sourcesOf(context, args, flags)
  await using session = await openSession(context)
  const volume = await session.volume(flags.volume)
  const progress = new Progress(output, 'storing')
  const started = performance.now()
  const result = await volume
    .put(sources, {
      signal,
      waitForFullMs,
      onProgress: ({ phase, plainBytes, totalBytes, files }) => progress.reached(phase, plainBytes, totalBytes, files),
    })
    .finally(() => progress.done())
  const seconds = Math.round(performance.now() - started) / 1000
  output.data('storgo.put/1', { volumeId: volume.volumeId, ...result, seconds }, describe(result, seconds))
  if (result.full) return EXIT.ok
  output.warn(
    `a quorum holds it, but not every slot answered within ${flags.waitFull}: until they do, fewer losses can be borne`,
  )
  return EXIT.incomplete
}

async function sourcesOf({ cwd, stdin }: Context, args: string[], flags: PutFlags): Promise<FileSource[]> {
  const { locals, destination } = planPut(args, flags.to, cwd)
  if (!locals.includes('-')) {
    const lists = locals.map((local) =>
      Array.fromAsync(localSources(resolve(cwd, local), remotePathOf(nameOf(resolve(cwd, local)), destination))),
    )
    return withReadAhead((await Promise.all(lists)).flat())
  }
  const path = flags.name ?? destination
  if (locals.length > 1)
    throw new StorgoError('REQUEST_INVALID', 'stdin (-) cannot be stored together with other files')
  if (path === undefined || path.endsWith('/'))
    throw new StorgoError('REQUEST_INVALID', 'what comes from stdin needs a name', { next: 'storgo put - --name PATH' })
  return [{ path, modifiedMs: Date.now(), mediaType: mediaTypeOf(path), open: () => stdin }]
}

function describe(
  { files, plainBytes, storedBytes, dedupedBytes, resumedBytes, receipts, nonce }: PutResult,
  seconds: number,
): string {
  const resumed = resumedBytes > 0 ? `, ${formatBytes(resumedBytes)} of it from a put that was interrupted` : ''
  const known = dedupedBytes > 0 ? ` (${formatBytes(dedupedBytes)} were there already${resumed})` : ''
  const rate = seconds > 0 ? `, ${formatBytes(Math.round(plainBytes / seconds))}/s` : ''
  return `Stored ${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(plainBytes)}${known}, in ${seconds.toFixed(1)} s${rate}. Appended ${formatBytes(storedBytes)}; state ${nonce} has ${receipts} receipts.`
}
