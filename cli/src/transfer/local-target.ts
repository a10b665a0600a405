import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StorgoError } from '@storgo/protocol'

/** Longest name a temporary file keeps of its target's: file systems end at 255 bytes. */
const KEPT_NAME_CHARACTERS = 32

/** Refuses a target that exists already, unless it may be replaced. @throws {StorgoError} `FILE_EXISTS`. */
export async function assertFree(target: string, { force }: { force: boolean }): Promise<void> {
  if (!force && (await exists(target)))
    throw new StorgoError('FILE_EXISTS', `${target} exists already; nothing was downloaded`, { path: target })
}

/**
 * Writes `bytes` to `target` so that nobody ever sees a part of it: into a temporary file beside it, then fsync, then
 * rename. Whatever fails, the temporary file is gone and `target` is what it was before. Makes missing folders.
 *
 * @returns Bytes written.
 * @throws {StorgoError} `FILE_EXISTS`, also when the target appeared while the bytes came in.
 */
export async function writeLocalFile(
  target: string,
  bytes: AsyncIterable<Uint8Array>,
  { force, modifiedMs, onBytes }: { force: boolean; modifiedMs: number; onBytes?: (count: number) => void },
): Promise<number> {
  await assertFree(target, { force })
  await mkdir(dirname(target), { recursive: true })
  const temporary = temporaryBeside(target)
  let written = 0
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const part of bytes) {
        await file.writeFile(part)
        written += part.length
        onBytes?.(part.length)
      }
      await file.utimes(new Date(), new Date(modifiedMs))
      await file.sync()
    } finally {
      await file.close()
    }
    await assertFree(target, { force })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return written
}

/** A path in the same folder (so that renaming is atomic) that nothing else uses. */
export function temporaryBeside(target: string): string {
  const kept = [...basename(target)].slice(0, KEPT_NAME_CHARACTERS).join('')
  return join(dirname(target), `.${kept}.${randomBytes(6).toString('hex')}.storgo`)
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
