import { StorgoError } from '@storgo/protocol'
import type { SlotCheck, SlotFault } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession, type Session } from '../profile/session.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'
import { Progress } from '../transfer/progress.ts'
import type { VerifyFlags } from '../tree/file-commands.ts'
import { type SlotNote, SlotNotes } from '../verify/slot-notes.ts'
import { verifyFiles } from '../verify/verify-files.ts'

const SECTOR_BYTES = 2 ** 20

/** Reads all that is stored, or some of it, and checks every byte: exit code 5 if anything is not as it should be. */
export async function verify(context: Context, paths: string[], flags: VerifyFlags): Promise<ExitCode> {
  if (flags.slots === true && paths.length > 0)
    throw new StorgoError('REQUEST_INVALID', '--slots is about all sectors of the volume; name no paths', {
      next: 'storgo verify --slots',
    })
  const notes = new SlotNotes()
  await using session = await openSession(context, notes.logger)
  return flags.slots === true
    ? await verifySlots(context, session, flags)
    : await verifyPaths(context, session, { paths, flags, notes })
}

async function verifyPaths(
  { output, signal }: Context,
  session: Session,
  { paths, flags, notes }: { paths: string[]; flags: VerifyFlags; notes: SlotNotes },
): Promise<ExitCode> {
  const volume = await session.volume(flags.volume)
  const { volumeId } = volume
  const progress = new Progress(output, 'verifying')
  const done = { files: 0, bytes: 0, damaged: 0 }
  const onBytes = (count: number): void => {
    done.bytes += count
    progress.reached('', done.bytes, undefined, done.files + 1)
  }
  try {
    for await (const { path, code, reason } of verifyFiles(volume, paths, { onBytes, signal })) {
      done.files++
      if (code === null || reason === null) continue
      done.damaged++
      progress.done()
      output.data('storgo.verify.file/1', { volumeId, path, code, reason }, `✖ ${path}  ${reason} [${code}]`)
    }
  } finally {
    progress.done()
  }
  const slots = notes.all
  // One that gives none is made up for by others; whether it is there at all is what `storgo health` tells.
  const healthy = done.damaged === 0 && !slots.some(({ wrong }) => wrong)
  output.data('storgo.verify/1', { volumeId, healthy, ...done, slots }, describeFiles(done, slots))
  return healthy ? EXIT.ok : EXIT.unhealthy
}

async function verifySlots({ output, signal }: Context, session: Session, flags: VerifyFlags): Promise<ExitCode> {
  const volume = await session.volume(flags.volume)
  const { volumeId } = volume
  const progress = new Progress(output, 'verifying')
  const onFault = (fault: SlotFault): void => {
    progress.done()
    const { slot, provider, sector, reason, code } = fault
    const text = `✖ slot ${slot} sector ${sector} (${provider})  ${reason} [${code}]`
    output.data('storgo.verify.sector/1', { volumeId, ...fault }, text)
  }
  const onProgress = ({ checked, sectors }: { checked: number; sectors: number }): void =>
    progress.reached('', checked * SECTOR_BYTES, sectors * SECTOR_BYTES, 1)
  const check = await volume.checkSlots({ onFault, onProgress, signal }).finally(() => progress.done())
  const healthy = check.slots.every(({ wrong, missing }) => wrong + missing === 0)
  output.data('storgo.verify.slots/1', { volumeId, healthy, ...check }, describeSlots(check))
  return healthy ? EXIT.ok : EXIT.unhealthy
}

function describeFiles(
  { files, bytes, damaged }: { files: number; bytes: number; damaged: number },
  slots: readonly SlotNote[],
): string {
  const verdict =
    damaged === 0
      ? `✔ ${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}: every byte is as it was stored.`
      : `✖ ${damaged} of ${files} files cannot be read.`
  const lines = slots.map(({ slot, provider, wrong, code }) =>
    code === 'TIMED_OUT'
      ? `· slot ${slot} (${provider}) kept us waiting; others were asked as well`
      : `✖ slot ${slot} (${provider}) gave ${wrong ? 'wrong' : 'no'} bytes [${code}]${damaged === 0 ? '; others made up for them' : ''}`,
  )
  return [verdict, ...lines].join('\n')
}

function describeSlots({ sectors, slots, lostStripes, nonce }: SlotCheck): string {
  const rows = slots.map(({ slot, provider, good, wrong, missing }) => [
    ...[wrong + missing === 0 ? '✔' : '✖', String(slot), provider, String(good), String(wrong), String(missing)],
  ])
  const heading = ['', 'slot', 'provider', 'good', 'wrong', 'missing']
  const lost =
    lostStripes === 0
      ? 'every byte can be read'
      : `${lostStripes} ${lostStripes === 1 ? 'stripe' : 'stripes'} cannot be read`
  const size = formatBytes(sectors * slots.length * SECTOR_BYTES)
  return `${table([heading, ...rows])}\n\n${sectors} sectors in each of ${slots.length} slots, ${size}, against state ${nonce}: ${lost}.`
}
