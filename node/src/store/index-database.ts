import { StorgoError } from '@storgo/protocol'
import { Level } from 'level'

/** A value to store under a key, or the key's removal. */
export type IndexChange = { key: Uint8Array; value: Uint8Array | undefined }

/** One moment of the database. */
export interface IndexSnapshot extends Disposable {
  get(key: Uint8Array): Uint8Array | undefined
}

/** An ordered store of byte strings. */
export interface IndexDatabase extends AsyncDisposable {
  get(key: Uint8Array): Uint8Array | undefined
  snapshot(): IndexSnapshot
  /** Keys (and values) of a range, in order. */
  entries(range: { gte: Uint8Array; lt: Uint8Array }): AsyncIterable<[Uint8Array, Uint8Array]>
  /** All or nothing, and durable when it resolves. */
  write(changes: readonly IndexChange[]): Promise<void>
}

/**
 * Opens the `level` database in `folder`. Its lock is held by the kernel, so it also ends with the process.
 *
 * @throws {StorgoError} `ALREADY_RUNNING` if another process has it open.
 */
export async function openIndexDatabase(folder: string): Promise<IndexDatabase> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await level.open()
  } catch (error) {
    throw isLocked(error) ? alreadyRunning(folder, error) : error
  }
  return {
    get: (key) => level.getSync(key),
    snapshot() {
      const snapshot = level.snapshot()
      return {
        get: (key) => level.getSync(key, { snapshot }),
        // Nothing waits for the end of a snapshot, and closing one cannot fail.
        [Symbol.dispose]: () => void snapshot.close(),
      }
    },
    entries: (range) => level.iterator(range),
    write: (changes) => level.batch(changes.map(operation), { sync: true }),
    [Symbol.asyncDispose]: () => level.close(),
  }
}

function operation({ key, value }: IndexChange) {
  return value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const)
}

function isLocked(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === 'LEVEL_LOCKED') return true
  }
  return false
}

function alreadyRunning(folder: string, cause: unknown): StorgoError {
  return new StorgoError('ALREADY_RUNNING', `Another process has ${folder} open.`, { folder }, { cause })
}
