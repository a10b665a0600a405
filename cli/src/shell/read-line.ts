import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export type ReadLineOptions = {
  stdin: Readable
  stdout: Writable
  prompt: string
  /** Newest first. */
  history: readonly string[]
  /** What the end of a line can become, and the part of it that is replaced. */
  complete(line: string): Promise<[string[], string]>
  signal: AbortSignal
}

/**
 * Reads one line at a terminal, and lets go of the terminal then: what runs next may want it. Ctrl-C begins the line anew.
 * @returns `undefined` when there is no more: after Ctrl-D, or when `signal` aborts.
 */
export function readLine(options: ReadLineOptions): Promise<string | undefined> {
  const { stdin, stdout, prompt, history, complete, signal } = options
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const lines = createInterface({
    ...{ input: stdin, output: stdout, terminal: true, prompt, history: [...history], historySize: history.length + 1 },
    completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
      complete(line).then(
        (result) => done(null, result),
        () => done(null, [[], line]),
      )
    },
  })
  const stop = (): void => lines.close()
  signal.addEventListener('abort', stop, { once: true })
  lines.on('line', (line) => {
    resolve(line)
    lines.close()
  })
  lines.on('SIGINT', () => {
    stdout.write('^C\n')
    // From the cursor to either end.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    lines.prompt()
  })
  lines.on('close', () => {
    signal.removeEventListener('abort', stop)
    resolve(undefined)
  })
  if (signal.aborted) stop()
  else lines.prompt()
  return promise
}
