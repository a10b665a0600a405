import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { StorgoError } from '@storgo/protocol'
import { CommanderError } from 'commander'
import { completionsAt } from '../completion/completions-at.ts'
import type { Context, GlobalOptions } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { profilePath } from '../profile/profile-file.ts'
import { createRunner } from '../run-command.ts'
import { readHistory, remember, writeHistory } from '../shell/history-file.ts'
import { KnownValues } from '../shell/known-values.ts'
import { readLine } from '../shell/read-line.ts'
import { quoteWord, splitWords } from '../shell/split-words.ts'
import type { BuildProgram } from '../tree/shell-commands.ts'

const PROMPT = 'storgo> '
const LEAVE = ['exit', 'quit']

/**
 * Runs commands in this process: typed ones until Ctrl-D or `exit`; those that come from a file or a pipe until the first that
 * fails, whose exit code is then the shell's.
 */
export async function shell(context: Context, build: BuildProgram): Promise<ExitCode> {
  return context.stdin.isTTY === true ? interactive(context, build) : script(context, build)
}

async function script(context: Context, build: BuildProgram): Promise<ExitCode> {
  const { stdin, signal } = context
  const lines = createInterface({ input: stdin })
  signal.addEventListener('abort', () => lines.close(), { once: true })
  // What comes in belongs to the shell, so commands have nothing to read.
  const inner = { ...context, stdin: Readable.from([]) }
  for await (const line of lines) {
    signal.throwIfAborted()
    const words = wordsOf(line)
    if (LEAVE.includes(words[0] ?? '')) break
    const code = words.length === 0 ? EXIT.ok : await runWords(inner, build, words)
    if (code !== EXIT.ok) return code
  }
  signal.throwIfAborted()
  return EXIT.ok
}

async function interactive(context: Context, build: BuildProgram): Promise<ExitCode> {
  const { stdin, stdout, signal, output } = context
  const historyFile = join(dirname(profilePath(context).path), 'history')
  let history = await readHistory(historyFile)
  await using values = new KnownValues(context)
  output.note('Commands as after `storgo`; Tab completes, help tells what there is, exit or Ctrl-D leaves.')
  const complete = (line: string) => completeLine(line, build, values)
  while (!signal.aborted) {
    const line = await readLine({ stdin, stdout, prompt: PROMPT, history, complete, signal })
    if (line === undefined) {
      stdout.write('\n')
      break
    }
    history = remember(history, line)
    const known = history
    await writeHistory(historyFile, known).catch((error: Error) =>
      output.warn(`the history is not kept: ${error.message}`),
    )
    try {
      const words = wordsOf(line)
      if (LEAVE.includes(words[0] ?? '')) break
      if (words.length > 0) await runWords(context, build, words)
    } catch (error) {
      output.warn(error instanceof Error ? error.message : String(error))
    }
  }
  return EXIT.ok
}

function wordsOf(line: string): string[] {
  const { words, open } = splitWords(line)
  if (open) throw new StorgoError('REQUEST_INVALID', `a quote is not closed: ${line}`)
  return words.at(-1) === '' && !/["']{2}$/u.test(line.trimEnd()) ? words.slice(0, -1) : words
}

/** Runs one command as a process of its own would; Ctrl-C ends it and nothing else. */
async function runWords(context: Context, build: BuildProgram, words: readonly string[]): Promise<ExitCode> {
  const { stdout, stderr, options } = context
  if (words[0] === 'shell') throw new StorgoError('REQUEST_INVALID', 'this is a shell already')
  let code: ExitCode = EXIT.ok
  const exit = (wanted: ExitCode): void => {
    code = wanted
  }
  const run = createRunner({ ...context, exit })
  const given = [...inherited(options), ...(words[0] === 'storgo' ? words.slice(1) : words)]
  const json = given.includes('--json')
  const program = build(run, { out: (text) => stdout.write(text), err: (text) => stderr.write(text), json })
  try {
    await program.parseAsync(given, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return code
}

/** What the shell was started with holds for what runs in it. */
function inherited({ json, quiet, yes, color, rpcUrl, configFile, passwordFile }: GlobalOptions): string[] {
  const flags = [json && '--json', quiet && '--quiet', yes && '--yes', !color && '--no-color'].filter(
    (flag) => flag !== false,
  )
  const valued = { '--rpc': rpcUrl, '--config': configFile, '--password-file': passwordFile }
  return [...flags, ...Object.entries(valued).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))]
}

async function completeLine(line: string, build: BuildProgram, values: KnownValues): Promise<[string[], string]> {
  const { words, last } = splitWords(line)
  const nobody = async () => {}
  const program = build(nobody, { out: () => {}, err: () => {}, json: false })
  const { candidates, kind } = completionsAt(program, words)
  const start = words.at(-1) ?? ''
  const found = kind === undefined ? candidates.map(({ value }) => value) : await values.starting(kind, start, words)
  const hits = found.map((value) => quoteWord(value) + (value.endsWith('/') ? '' : ' '))
  return [hits, line.slice(last)]
}
