import { StorgoError } from '@storgo/protocol'
import type { Disk, DiskFile } from './disk.ts'
import type { IndexChange, IndexReader } from './index-database.ts'
import {
  BLOCK_HEADER_BYTES,
  blockLength,
  encodeBlock,
  FILE_HEADER_BYTES,
  makeFileHeader,
  readBlock,
  readFileHeader,
} from './journal-format.ts'
import { JOURNAL_FOLDER, snapshotPath } from './journal-paths.ts'
import { rangeOf, SNAPSHOT_KINDS } from './keys.ts'
import { RecordReader, RecordWriter } from './record-bytes.ts'

const BLOCK_BYTES = 256 * 1024

/**
 * Writes all that `index` holds to the snapshot file of that number: blocks of key and value, numbered one after the other, and an
 * empty one at the end. It gets its name once it is whole and durable.
 *
 * @returns its size in bytes.
 */
export async function writeIndexSnapshot(disk: Disk, index: IndexReader, sequence: bigint): Promise<number> {
  const { bytes: front, salt } = makeFileHeader(sequence)
  const draft = `${JOURNAL_FOLDER}/snapshot-draft`
  await disk.remove(draft)
  const file = await disk.open(draft, { create: true })
  try {
    await file.write(front, 0)
    let at = front.length
    let written = 0n
    const put = async (records: Uint8Array[]) => {
      const block = encodeBlock(salt, written, records)
      await file.write(block, at)
      at += block.length
      written += BigInt(records.length)
    }
    let waiting: Uint8Array[] = []
    let waitingBytes = 0
    for (const kind of SNAPSHOT_KINDS) {
      for await (const [key, value] of index.entries(rangeOf(kind))) {
        const record = new RecordWriter().sized(key).sized(value).end()
        waiting.push(record)
        waitingBytes += record.length
        if (waitingBytes < BLOCK_BYTES) continue
        await put(waiting)
        waiting = []
        waitingBytes = 0
      }
    }
    if (waiting.length > 0) await put(waiting)
    await put([])
    await file.sync()
    await disk.rename(draft, snapshotPath(sequence))
    await disk.syncFolder(JOURNAL_FOLDER)
    return at
  } finally {
    await file.close()
  }
}

/**
 * What a snapshot holds, some at a time.
 *
 * @throws {StorgoError} `INTERNAL` if it is not whole.
 */
export async function* readIndexSnapshot(disk: Disk, sequence: bigint): AsyncIterable<IndexChange[]> {
  const path = snapshotPath(sequence)
  const file = await disk.open(path)
  try {
    const size = await file.size()
    const header = readFileHeader(await readAt(file, 0, FILE_HEADER_BYTES))
    let at = FILE_HEADER_BYTES
    for (let read = 0n; ; ) {
      const bytes = await readAt(file, at, BLOCK_HEADER_BYTES)
      const length = bytes.length < BLOCK_HEADER_BYTES ? 0 : blockLength(bytes)
      const whole = at + length <= size ? await readAt(file, at, length) : new Uint8Array()
      const block = header?.sequence === sequence ? readBlock(whole, 0, header) : undefined
      if (block === undefined || block.sequence !== read) {
        throw new StorgoError('INTERNAL', `The snapshot ${path} is damaged at byte ${at}.`, { path, at })
      }
      if (block.records.length === 0) return
      yield block.records.map(changeOf)
      read += BigInt(block.records.length)
      at += length
    }
  } finally {
    await file.close()
  }
}

async function readAt(file: DiskFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, await file.read(bytes, position))
}

function changeOf(record: Uint8Array): IndexChange {
  const reader = new RecordReader(record)
  const change = { key: reader.sized(), value: reader.sized() }
  reader.end()
  return change
}
