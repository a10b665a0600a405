import type { Command } from 'commander'
import { completionsAt } from '../completion/completions-at.ts'
import type { Context, GlobalOptions } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { KnownValues } from '../shell/known-values.ts'
import { splitWords } from '../shell/split-words.ts'

/** The shell waits so long after a Tab, from the start of this process on. */
const PATIENCE_MS = 1_000

/**
 * Prints what the last of the words can become, one a line, for the completion scripts, and ends the process: within a second,
 * with nothing if it takes longer or anything goes wrong. Local paths are the shell's own matter.
 *
 * @param program the whole tree.
 * @param typed as it was typed, quotes and all.
 */
export async function complete(context: Context, program: Command, typed: readonly string[]): Promise<never> {
  const { promise: late, resolve } = Promise.withResolvers<string[]>()
  setTimeout(() => resolve([]), Math.max(0, PATIENCE_MS - performance.now()))
  const values = await Promise.race([valuesFor(context, program, typed).catch(() => []), late])
  const lines = values.map((value) => `${value}\n`)
  await new Promise<void>((done) => context.stdout.write(lines.join(''), () => done()))
  // Connections would hold it up.
  process.exit(EXIT.ok)
}

/** What the last of the words can become; nothing where that is for the shell to know. */
export async function valuesFor(context: Context, program: Command, typed: readonly string[]): Promise<string[]> {
  const words = typed.map((word) => splitWords(word).words.join(' '))
  const { kind } = completionsAt(program, words)
  if (kind === undefined || kind === 'local path') return []
  const values = new KnownValues({ ...context, options: { ...context.options, ...chosenBy(words) } })
  const found = await values.starting(kind, words.at(-1) ?? '', words)
  // In a list with one name a line, a name of two lines would be two.
  return found.filter((value) => !/\p{Cc}/u.test(value))
}

/** The flags in an unfinished line that say whose volumes are meant. */
function chosenBy(words: readonly string[]): Partial<GlobalOptions> {
  const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
  const [configFile, rpcUrl, passwordFile] = [after('--config'), after('--rpc'), after('--password-file')]
  return { ...(configFile && { configFile }), ...(rpcUrl && { rpcUrl }), ...(passwordFile && { passwordFile }) }
}
