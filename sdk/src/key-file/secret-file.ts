import { randomBytes } from 'node:crypto'
import { type FileHandle, link, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StorgoError } from '@storgo/protocol'

const OWNER_ONLY = 0o600
const FOR_OTHERS = 0o077
const MAX_BYTES = 65_536

/**
 * Creates a file that only its owner may read, whole and durable or not at all.
 *
 * @throws {StorgoError} `FILE_EXISTS`.
 */
export async function createSecretFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await withFile(await open(draft, 'wx', OWNER_ONLY), async (file) => {
      await file.writeFile(text)
      await file.sync()
    })
    // Unlike a rename, a link never replaces what is there.
    await link(draft, path)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
    throw new StorgoError('FILE_EXISTS', `${path} exists and is not overwritten.`, { path }, { cause })
  } finally {
    await unlink(draft).catch((error) => {
      if (!hasCode(error, 'ENOENT')) throw error
    })
  }
  await withFile(await open(dirname(path), 'r'), (folder) => folder.sync())
}

/**
 * Text of a file that only its owner may read.
 *
 * @throws {StorgoError} `KEY_FILE_MISSING`; `KEY_FILE_EXPOSED`; `KEY_FILE_INVALID` if it is empty, too large or unreadable.
 */
export async function readSecretFile(path: string): Promise<string> {
  try {
    return await withFile(await open(path, 'r'), (file) => readOwn(file, path))
  } catch (cause) {
    if (cause instanceof StorgoError) throw cause
    if (hasCode(cause, 'ENOENT')) throw new StorgoError('KEY_FILE_MISSING', `${path} does not exist.`, { path })
    throw new StorgoError('KEY_FILE_INVALID', `${path} cannot be read.`, { path }, { cause })
  }
}

/** Looks at the file that is open, so that no other can be put in its place after the check. */
async function readOwn(file: FileHandle, path: string): Promise<string> {
  const { mode, size } = await file.stat()
  // Windows has no such bits and reports them all as set.
  if (process.platform !== 'win32' && (mode & FOR_OTHERS) !== 0) {
    const details = { path, mode: (mode & 0o777).toString(8) }
    const message = `${path} may be read or changed by others (mode ${details.mode}): chmod 600 it.`
    throw new StorgoError('KEY_FILE_EXPOSED', message, details)
  }
  if (size === 0 || size > MAX_BYTES) {
    throw new StorgoError('KEY_FILE_INVALID', `${path} has ${size} bytes.`, { path, bytes: size })
  }
  return file.readFile('utf8')
}

async function withFile<T>(file: FileHandle, use: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

const hasCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
