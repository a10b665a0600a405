import { crc32 } from 'node:zlib'
import { StorgoError } from '@storgo/protocol'
import type { IndexDatabase, IndexReader } from './index-database.ts'

const CHECK_BYTES = 4

/**
 * The same database with a CRC-32 of key and value behind every value: what comes back is what was written, or `INTERNAL`. The
 * database checks its log, but not what has gone from it into its tables.
 */
export function checkedIndex(index: IndexDatabase): IndexDatabase {
  return {
    ...checkedReader(index),
    snapshot() {
      const snapshot = index.snapshot()
      return { ...checkedReader(snapshot), [Symbol.dispose]: () => snapshot[Symbol.dispose]() }
    },
    write: (changes, options) =>
      index.write(
        changes.map(({ key, value }) => ({ key, value: value && sealed(key, value) })),
        options,
      ),
    clear: () => index.clear(),
    [Symbol.asyncDispose]: () => index[Symbol.asyncDispose](),
  }
}

function checkedReader(reader: IndexReader): IndexReader {
  return {
    get(key) {
      const value = reader.get(key)
      return value && opened(key, value)
    },
    async *entries(range) {
      for await (const [key, value] of reader.entries(range)) yield [key, opened(key, value)]
    },
  }
}

function sealed(key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(value.length + CHECK_BYTES)
  bytes.set(value)
  bytes.writeUInt32BE(crc32(value, crc32(key)), value.length)
  return bytes
}

function opened(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = bytes.length - CHECK_BYTES
  const value = bytes.subarray(0, Math.max(0, length))
  const check = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (length < 0 || check.readUInt32BE(length) !== crc32(value, crc32(key))) {
    throw new StorgoError('INTERNAL', 'The index of the store is damaged; the next start makes it anew.')
  }
  return value
}
