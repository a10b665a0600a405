import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { type ConfigFile, parseConfigFile } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'
import { assertValid } from '../config/change-config-file.ts'
import { openConfigFile } from '../config/config-file.ts'
import { writeConfigFile } from '../config/write-config-file.ts'
import type { Context } from '../context.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** What a POSIX shell ends with when it cannot start a program. */
const NO_SUCH_PROGRAM = 127
const NOT_EXECUTABLE = 126

/**
 * Opens a copy of the file in the user's editor, and takes it over when the editor ends and it is valid.
 * @throws {StorgoError} `CONFIG_INVALID` otherwise; the copy stays, and its path is told.
 */
export async function configEdit(context: Context, flags: ConfigFlags): Promise<undefined> {
  const file = await openConfigFile(context, flags)
  const copy = join(
    dirname(file.file),
    `${basename(file.file, extname(file.file))}.edit-${process.pid}${extname(file.file)}`,
  )
  {
    await using handle = await open(copy, 'wx', 0o600)
    await handle.writeFile(file.text)
  }
  try {
    await runEditor(context, copy)
  } catch (error) {
    await rm(copy, { force: true })
    throw error
  }
  const text = await readFile(copy, 'utf8')
  const changed = text !== file.text
  if (changed) await takeOver(file, text, copy)
  await rm(copy, { force: true })
  context.output.data('storgo.config.edit/1', { file: file.file, changed }, changed ? 'Saved.' : 'Nothing was changed.')
  return undefined
}

async function takeOver(file: ConfigFile, text: string, copy: string): Promise<void> {
  try {
    assertValid(parseConfigFile(file.file, text))
    await writeConfigFile(file, text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const details = { copy, next: `edit ${copy}, then mv ${copy} ${file.file}` }
    throw new StorgoError('CONFIG_INVALID', `nothing was saved: ${reason}; your text is in ${copy}`, details, { cause })
  }
}

async function runEditor({ env, stdin, signal }: Context, path: string): Promise<void> {
  // One that is set to nothing counts as not set.
  const named = [env['VISUAL'], env['EDITOR']].find((text) => text !== undefined && text.trim() !== '')
  const editor = named ?? (stdin.isTTY === true ? 'vi' : undefined)
  if (editor === undefined)
    throw new StorgoError('REQUEST_INVALID', 'there is no terminal for an editor', {
      next: 'storgo config set KEY VALUE',
    })
  // By a shell, because such variables hold arguments too.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit', signal })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) return
  if (code === NO_SUCH_PROGRAM || code === NOT_EXECUTABLE)
    throw new StorgoError('REQUEST_INVALID', `the editor "${editor}" cannot be started; nothing was changed`, {
      next: 'EDITOR=PROGRAM storgo config edit',
    })
  throw new StorgoError('REQUEST_INVALID', `the editor ended with ${code ?? 'a signal'}; nothing was saved`)
}
