import { randomBytes } from 'node:crypto'
import { open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StorgoError } from '@storgo/protocol'

const KEY_BYTES = 64

/**
 * Reads the key that sectors are encrypted with, or makes one when `create` says that there is nothing yet to decrypt.
 *
 * @returns 64 bytes.
 * @throws {StorgoError} `KEY_FILE_MISSING`, `KEY_FILE_EXPOSED` if others than the owner may open it, `KEY_FILE_INVALID`.
 */
export async function openStoreKey(file: string, { create }: { create: boolean }): Promise<Uint8Array> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) {
    if (!create)
      throw new StorgoError('KEY_FILE_MISSING', `The store's key ${file} is gone; its sectors need it.`, { file })
    return makeKey(file)
  }
  const mode = found.mode & 0o777
  if ((mode & 0o077) !== 0) {
    const octal = mode.toString(8)
    throw new StorgoError('KEY_FILE_EXPOSED', `${file} has mode ${octal}; set it to 600.`, { file, mode: octal })
  }
  const key = await readFile(file)
  if (key.length !== KEY_BYTES) {
    throw new StorgoError('KEY_FILE_INVALID', `${file} has ${key.length} bytes instead of ${KEY_BYTES}.`, { file })
  }
  return key
}

async function makeKey(file: string): Promise<Uint8Array> {
  const key = randomBytes(KEY_BYTES)
  await using handle = await open(file, 'wx', 0o600)
  await handle.writeFile(key)
  await handle.sync()
  // The file's name must be as durable as the sectors that will depend on it.
  await using folder = await open(dirname(file), 'r')
  await folder.sync()
  return key
}
