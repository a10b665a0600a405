import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Interruptions } from './interruptions.ts'
import { createProgram } from './program.ts'
import { createRunner } from './run-command.ts'

/** A finished command may leave connections that close by themselves; it does not wait longer than this for them. */
const LINGER_MS = 1_000

const interruptions = new Interruptions()
// A terminal that is closed ends what runs in it; a node that this started would take that for a wish to reload.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second Ctrl-C is for a command that does not come to an end by itself.
    if (signal === 'SIGINT' ? interruptions.interrupt() : interruptions.terminate()) process.exit(EXIT.interrupted)
  })
}
// Whoever read our output has had enough (`storgo ls | head`): there is nothing left to do and nobody to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
)

function exit(code: ExitCode): void {
  process.exitCode = code
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

const { env, stdin, stdout, stderr } = process
const run = createRunner({ env, cwd: process.cwd(), stdin, stdout, stderr, interruptions, exit })
const program = createProgram(run, {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  json: process.argv.includes('--json'),
})
try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Commander has printed what is wrong with the arguments, or the help that was asked for. Help without asking
  // (`storgo volume`) is a usage error too.
  exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage)
}
