import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'

/** Asks at the terminal, without showing what is typed. @throws {StorgoError} `PASSWORD_WRONG` where there is no terminal. */
export async function askPassword({ stdin, signal, output }: Context, question: string): Promise<string> {
  if (stdin.isTTY !== true)
    throw new StorgoError('PASSWORD_WRONG', 'a password is needed, and there is no terminal to ask at')
  output.note(question)
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: hidden, terminal: true })
  try {
    return await lines.question('', { signal })
  } finally {
    lines.close()
  }
}
