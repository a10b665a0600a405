import { type Command, CommanderError } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { createProgram } from '../program.ts'

/** What the tree makes of a command line, without running anything. `command` only if there is one to run. */
export type ParsedCommandLine = { command: Command | undefined; exitCode: number; out: string; err: string }

/** Parses what is typed after `storgo`. */
export async function parseCommandLine(words: readonly string[]): Promise<ParsedCommandLine> {
  const parsed: ParsedCommandLine = { command: undefined, exitCode: EXIT.ok, out: '', err: '' }
  const program = createProgram(
    async (command) => {
      parsed.command = command
    },
    {
      out: (text) => {
        parsed.out += text
      },
      err: (text) => {
        parsed.err += text
      },
      json: words.includes('--json'),
    },
  )
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    parsed.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return parsed
}
