import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { readPasswordFile } from '@storgo/sdk/key-file'
import type { Context } from '../context.ts'
import { askPassword } from './ask-password.ts'

const GENERATED_BYTES = 24

/** A password for a new key file; `file` if it is kept in one. */
export type ChosenPassword = { password: string; file?: string }

/**
 * The password for a new key: from `--password-file`; typed twice at a terminal; or, where nobody can be asked, a random one
 * in a file of mode 600 called `name` in `folder`.
 */
export async function choosePassword(context: Context, folder: string, name: string): Promise<ChosenPassword> {
  const { options, cwd, stdin, output } = context
  if (options.passwordFile !== undefined) {
    const file = resolve(cwd, options.passwordFile)
    return { password: await readPasswordFile(file), file }
  }
  if (stdin.isTTY === true && !options.yes && !output.json) {
    const password = await askPassword(context, 'Password for the new key:')
    if (password === '')
      throw new StorgoError('PASSWORD_WRONG', 'an empty password protects nothing', { next: 'storgo init' })
    if (password !== (await askPassword(context, 'The same again:')))
      throw new StorgoError('PASSWORD_WRONG', 'the two passwords differ; nothing was made', { next: 'storgo init' })
    return { password }
  }
  const password = randomBytes(GENERATED_BYTES).toString('base64url')
  const file = join(folder, name)
  await writeFile(file, `${password}\n`, { flag: 'wx', mode: 0o600 })
  return { password, file }
}
