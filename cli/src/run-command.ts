import type { Command } from 'commander'
import type { Context, GlobalOptions } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Output } from './output.ts'

/** What a command does once its module is loaded; returns what to exit with, nothing meaning `EXIT.ok`. */
type Handler = (context: Context) => Promise<ExitCode | undefined>
/** Runs the handler of the command that commander matched. */
export type Runner = (command: Command, handler: Handler) => Promise<void>

/** The process around a command. */
export type Surroundings = Pick<Context, 'env' | 'cwd' | 'stdin' | 'stdout' | 'stderr' | 'interruptions'> & {
  exit(code: ExitCode): void
  /** Those that were typed already, where commands share them. */
  passwords?: Map<string, string>
}

/** After an abort a command has this long to clean up (remove its temporary file, close connections). */
const CLEAN_UP_MS = 2_000

type GlobalFlags = {
  json?: true
  quiet?: true
  yes?: true
  color: boolean
  timeout?: string
  rpc?: string
  config?: string
  passwordFile?: string
}

/** A {@link Runner} that turns flags into a {@link Context}, and failures into a report and an exit code. */
export function createRunner(surroundings: Surroundings): Runner {
  const passwords = surroundings.passwords ?? new Map<string, string>()
  return async (command, handler) => {
    const flags = command.optsWithGlobals<GlobalFlags>()
    const output = outputFor(flags, surroundings)
    using interruptible = surroundings.interruptions.begin()
    const interruption = interruptible.signal
    try {
      surroundings.exit(
        (await runWithin(flags, { ...surroundings, output, passwords, interruption }, handler)) ?? EXIT.ok,
      )
    } catch (error) {
      const { reportFailure, reportInterruption } = await import('./report-failure.ts')
      surroundings.exit(interruption.aborted ? reportInterruption(output) : reportFailure(output, error))
    }
  }
}

type Within = Omit<Context, 'options' | 'signal'> & { interruption: AbortSignal }

async function runWithin(
  flags: GlobalFlags,
  { interruption, ...surroundings }: Within,
  handler: Handler,
): Promise<ExitCode | undefined> {
  const deadline = new AbortController()
  const timeoutMs =
    flags.timeout === undefined ? undefined : (await import('./quantities.ts')).parseDuration(flags.timeout)
  const { StorgoError } = await import('@storgo/protocol')
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          deadline.abort(new StorgoError('TIMED_OUT', `not done within --timeout ${flags.timeout}`, { timeoutMs }))
        }, timeoutMs)
  const signal = AbortSignal.any([interruption, deadline.signal])
  const options: GlobalOptions = {
    json: flags.json === true,
    quiet: flags.quiet === true,
    yes: flags.yes === true,
    color: flags.color,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(flags.rpc !== undefined && { rpcUrl: flags.rpc }),
    ...(flags.config !== undefined && { configFile: flags.config }),
    ...(flags.passwordFile !== undefined && { passwordFile: flags.passwordFile }),
  }
  const abandoned = new AbortController()
  try {
    return await Promise.race([
      handler({ ...surroundings, options, signal }).catch((error: unknown) => {
        // Whatever an abort made fail on its way out, the reason is the deadline.
        throw deadline.signal.aborted ? deadline.signal.reason : error
      }),
      afterAbort(signal, abandoned.signal),
    ])
  } finally {
    clearTimeout(timer)
    abandoned.abort()
  }
}

/** Rejects with the reason of `signal` once a command that does not react to it has had time to. */
function afterAbort(signal: AbortSignal, abandoned: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        const timer = setTimeout(() => reject(signal.reason), CLEAN_UP_MS)
        abandoned.addEventListener('abort', () => clearTimeout(timer))
      },
      { once: true, signal: abandoned },
    )
  })
}

function outputFor(
  { json, quiet, color }: GlobalFlags,
  { stdout, stderr, env }: Surroundings & { stdout: NodeJS.WritableStream },
): Output {
  const colored = color && stderr.isTTY === true && (env['NO_COLOR'] ?? '') === ''
  return new Output({ stdout, stderr, json: json === true, quiet: quiet === true, color: colored })
}
