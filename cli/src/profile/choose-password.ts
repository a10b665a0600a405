import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
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
 * The password for a new key: from `--password-file`; typed twice at a terminal; or, where nobody can or may be asked, a
 * random one in a file of mode 600 called `name` in `folder`.
 */
export async function choosePassword(
  context: Context,
  folder: string,
  { name, mayAsk }: { name: string; mayAsk: boolean },
): Promise<ChosenPassword> {
  const { options, cwd, stdin, output } = context
  if (options.passwordFile !== undefined) {
    const file = resolve(cwd, options.passwordFile)
    return { password: await readPasswordFile(file), file }
  }
  if (mayAsk && stdin.isTTY === true && !options.yes && !output.json) {
    const password = await askPassword(context, 'Password for the new key:')
    if (password === '')
      throw new StorgoError('PASSWORD_WRONG', 'an empty password protects nothing', { next: 'storgo init' })
    if (password !== (await askPassword(context, 'The same again:')))
      throw new StorgoError('PASSWORD_WRONG', 'the two passwords differ; nothing was made', { next: 'storgo init' })
    return { password }
  }
  const file = join(folder, name)
  // Left of an attempt that failed later on.
  if (existsSync(file)) return { password: await readPasswordFile(file), file }
  const password = randomBytes(GENERATED_BYTES).toString('base64url')
  await writeFile(file, `${password}\n`, { flag: 'wx', mode: 0o600 })
  return { password, file }
}
