import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ConfigFile } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'

/**
 * Replaces a configuration file at once or not at all, with the owner and mode that it had. A link stays one.
 * @throws {StorgoError} `REQUEST_INVALID` if the file is no longer what was read.
 */
export async function writeConfigFile({ file, text: before }: ConfigFile, text: string): Promise<void> {
  const path = await realpath(file)
  const { mode, uid, gid } = await stat(path)
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    {
      await using handle = await open(unfinished, 'wx', 0o600)
      await handle.writeFile(text)
      if (uid !== process.getuid?.() || gid !== process.getgid?.()) await handle.chown(uid, gid)
      await handle.chmod(mode & 0o7777)
      await handle.sync()
    }
    if ((await readFile(path, 'utf8')) !== before)
      throw new StorgoError('REQUEST_INVALID', `${file} was changed by somebody else meanwhile`, { file })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
