import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { concatBytes, StorgoError } from '@storgo/protocol'
import type { Disk } from './disk.ts'
import type { StoreKey } from './key-ring.ts'
import { readWhole } from './read-whole.ts'

export const STORE_KEY = 'store.key'
const KEY_BYTES = 64
/** Size of the key file with one key in it. */
export const STORE_KEY_BYTES = 1 + KEY_BYTES
const MAX_NUMBER = 255

/** A fresh key, with a number that none of `others` has. */
export function makeStoreKey(others: readonly StoreKey[]): StoreKey {
  const newest = others.at(-1)?.number ?? 0
  return { number: (newest % MAX_NUMBER) + 1, bytes: new Uint8Array(randomBytes(KEY_BYTES)) }
}

/**
 * The keys of the store's key file, the newest last: number uint8 ‖ 64 bytes each. None if there is no file.
 *
 * @throws {StorgoError} `KEY_FILE_INVALID`.
 */
export async function readStoreKeys(disk: Disk): Promise<StoreKey[]> {
  if (!(await disk.list('')).includes(STORE_KEY)) return []
  const file = await readWhole(disk, STORE_KEY)
  if (file.length === 0 || file.length % STORE_KEY_BYTES !== 0) {
    const message = `${STORE_KEY} has ${file.length} bytes, which is no number of keys of ${STORE_KEY_BYTES} bytes.`
    throw new StorgoError('KEY_FILE_INVALID', message, { bytes: file.length })
  }
  return Array.from({ length: file.length / STORE_KEY_BYTES }, (_, at) => {
    const entry = file.subarray(at * STORE_KEY_BYTES, (at + 1) * STORE_KEY_BYTES)
    return { number: entry[0] ?? 0, bytes: entry.slice(1) }
  })
}

/** Replaces the key file; durable when it resolves. */
export async function writeStoreKeys(disk: Disk, keys: readonly StoreKey[]): Promise<void> {
  const draft = `${STORE_KEY}.draft`
  await disk.remove(draft)
  const file = await disk.open(draft, { create: true })
  try {
    await file.write(concatBytes(...keys.flatMap(({ number, bytes }) => [Uint8Array.of(number), bytes])), 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(draft, STORE_KEY)
  await disk.syncFolder('')
}

/** @throws {StorgoError} `KEY_FILE_EXPOSED` if others than the owner may open the file. */
export async function assertPrivate(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  const mode = (found?.mode ?? 0) & 0o777
  if ((mode & 0o077) === 0) return
  const octal = mode.toString(8)
  throw new StorgoError('KEY_FILE_EXPOSED', `${file} has mode ${octal}; set it to 600.`, { file, mode: octal })
}
