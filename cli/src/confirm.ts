import { createInterface } from 'node:readline/promises'
import { StorgoError } from '@storgo/protocol'
import type { Context } from './context.ts'

/**
 * Asks before something that cannot be undone; `--yes` answers. Without a terminal there is nobody to ask.
 * @throws {StorgoError} `REQUEST_INVALID` if the answer is not yes, or cannot be given.
 */
export async function confirm({ options, stdin, stdout, output, signal }: Context, question: string): Promise<void> {
  if (options.yes) return
  if (stdin.isTTY !== true || output.json)
    throw new StorgoError('REQUEST_INVALID', `${question} There is no terminal to ask at.`, {
      next: 'the same command with --yes',
    })
  const lines = createInterface({ input: stdin, output: stdout })
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal })
    if (!/^y(es)?$/iu.test(answer.trim()))
      throw new StorgoError('REQUEST_INVALID', 'Not confirmed; nothing was changed.')
  } finally {
    lines.close()
  }
}
