import { rm } from 'node:fs/promises'
import { StorgoError } from '@storgo/protocol'
import { Level } from 'level'

/** A value to store under a key, or the key's removal. */
export type IndexChange = { key: Uint8Array; value: Uint8Array | undefined }
export type IndexRange = { gte: Uint8Array; lt: Uint8Array }

export interface IndexReader {
  get(key: Uint8Array): Uint8Array | undefined
  /** Keys and values of a range, in order. */
  entries(range: IndexRange): AsyncIterable<[Uint8Array, Uint8Array]>
}

/** One moment of the database. */
export interface IndexSnapshot extends IndexReader, Disposable {}

/** An ordered store of byte strings. All of it can be made anew from the journal, so it need not be durable. */
export interface IndexDatabase extends IndexReader, AsyncDisposable {
  snapshot(): IndexSnapshot
  /** All or nothing, also after a crash; durable, with all that was written before, only with `sync`. */
  write(changes: readonly IndexChange[], options?: { sync?: boolean }): Promise<void>
  clear(): Promise<void>
}

/**
 * Opens the `level` database in `folder`, an empty one in the place of one that it cannot read. Its lock is held by the kernel, so
 * it also ends with the process.
 *
 * @throws {StorgoError} `ALREADY_RUNNING` if another process has it open.
 */
export async function openIndexDatabase(folder: string): Promise<IndexDatabase> {
  const level = await openLevel(folder).catch(async (error: unknown) => {
    if (hasCode(error, 'LEVEL_LOCKED')) throw alreadyRunning(folder, error)
    if (!hasCode(error, 'LEVEL_CORRUPTION')) throw error
    await rm(folder, { recursive: true })
    return openLevel(folder)
  })
  return {
    get: (key) => level.getSync(key),
    entries: (range) => level.iterator(range),
    snapshot() {
      const snapshot = level.snapshot()
      return {
        get: (key) => level.getSync(key, { snapshot }),
        entries: (range) => level.iterator({ ...range, snapshot }),
        // Nothing waits for the end of a snapshot, and closing one cannot fail.
        [Symbol.dispose]: () => void snapshot.close(),
      }
    },
    write: (changes, { sync = false } = {}) => level.batch(changes.map(operation), { sync }),
    clear: () => level.clear(),
    [Symbol.asyncDispose]: () => level.close(),
  }
}

async function openLevel(folder: string): Promise<Level<Uint8Array, Uint8Array>> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  await level.open()
  return level
}

function operation({ key, value }: IndexChange) {
  return value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const)
}

function hasCode(error: unknown, code: string): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === code) return true
  }
  return false
}

function alreadyRunning(folder: string, cause: unknown): StorgoError {
  return new StorgoError('ALREADY_RUNNING', `Another process has ${folder} open.`, { folder }, { cause })
}
