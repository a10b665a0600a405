import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryIndex } from '../fixtures/memory-index.ts'
import { Random } from '../fixtures/seeded-random.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { aPromise } from './fixtures/a-held-state.ts'
import { commitSectors, nonceOf, openSimulated, ref } from './fixtures/a-simulated-store.ts'
import {
  encodeBlock,
  FILE_HEADER_BYTES,
  hasBlockAfter,
  makeFileHeader,
  readBlock,
  readFileHeader,
} from './journal-format.ts'

test('a record in the middle that does not check opens the store for reading only, as far as it can be trusted', async () => {
  const whole = new SimulatedDisk()
  const store = await openSimulated(whole)
  for (let nonce = 1; nonce <= 4; nonce++) await commitSectors(store, [nonce])
  const { size } = whole.file(journalOf(await whole.list('journal')))
  let readOnly = 0
  for (let position = 0; position < size; position += 97) {
    const disk = whole.crashed(new Random(1))
    disk.file(journalOf(await disk.list('journal'))).flipBit(position)
    const left = await openSimulated(disk).catch((error: unknown) => {
      // Without the first records nobody knows what the store belongs to.
      assert.match(String(error), /read|written/)
    })
    if (left === undefined) continue
    const { writable, reason = '' } = left.health()
    const nonce = nonceOf(left)
    // The last block might as well have been torn: nothing after it says that it was answered.
    if (writable) assert.equal(nonce, 3)
    else {
      readOnly++
      assert.match(reason, /journal is damaged/)
      assert.ok(nonce < 4)
      await assert.rejects(left.promise(ref, aPromise(9n)), { code: 'STORE_READ_ONLY' })
    }
  }
  assert.ok(readOnly > 10)
})

test('a damaged end of which the index knows that it was answered is damage too', async () => {
  const disk = new SimulatedDisk()
  const index = memoryIndex()
  const openIndex = async () => index
  const store = await openSimulated(disk, { openIndex })
  for (let nonce = 1; nonce <= 4; nonce++) await commitSectors(store, [nonce])
  await store[Symbol.asyncDispose]()
  const journal = disk.file(journalOf(await disk.list('journal')))
  journal.flipBit(journal.size - 1)
  const left = await openSimulated(disk, { openIndex })
  assert.equal(nonceOf(left), 4)
  assert.match(left.health().reason ?? '', /journal is damaged/)
})

test('a journal file that is missing in the middle, or all of them, is damage', async () => {
  const disk = new SimulatedDisk()
  let store = await openSimulated(disk, { snapshotAfterBytes: 1 })
  for (let nonce = 1; nonce <= 3; nonce++) await commitSectors(store, [nonce])
  await store[Symbol.asyncDispose]()
  for (const name of await disk.list('journal')) if (name.endsWith('.log')) await disk.remove(`journal/${name}`)
  store = await openSimulated(disk)
  assert.match(store.health().reason ?? '', /no journal file/)
  for (const name of await disk.list('journal')) await disk.remove(`journal/${name}`)
  await assert.rejects(openSimulated(disk), { code: 'INTERNAL', message: /has cells/ })
})

test('a snapshot that does not check is said to be damaged', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk, { snapshotAfterBytes: 1 })
  for (let nonce = 1; nonce <= 3; nonce++) await commitSectors(store, [nonce])
  await store[Symbol.asyncDispose]()
  const snapshot = (await disk.list('journal')).find((name) => name.endsWith('.snapshot'))
  disk.file(`journal/${snapshot}`).flipBit(200)
  await assert.rejects(openSimulated(disk), { code: 'INTERNAL', message: /snapshot .* is damaged/ })
})

test('a block is found after a damaged one, and bytes that only look like one are not', () => {
  const { bytes: front, salt } = makeFileHeader(5n)
  const header = readFileHeader(front)!
  assert.equal(header.sequence, 5n)
  const records = [Uint8Array.of(1, 2), new Uint8Array(300)]
  const first = encodeBlock(salt, 5n, records)
  const file = new Uint8Array(Buffer.concat([front, first, encodeBlock(salt, 7n, [new Uint8Array(9)])]))
  const block = readBlock(file, FILE_HEADER_BYTES, header)!
  assert.deepEqual([block.sequence, block.records], [5n, records])
  assert.equal(hasBlockAfter(file, FILE_HEADER_BYTES, header), true)
  assert.equal(hasBlockAfter(file, FILE_HEADER_BYTES + first.length, header), false)
  const inner = encodeBlock(makeFileHeader(0n).salt, 7n, [new Uint8Array(9)])
  const outer = new Uint8Array(Buffer.concat([front, encodeBlock(salt, 5n, [inner])]))
  outer[FILE_HEADER_BYTES + 40]! ^= 1
  assert.equal(hasBlockAfter(outer, FILE_HEADER_BYTES, header), false)
})

function journalOf(names: readonly string[]): string {
  return `journal/${names.find((name) => name.endsWith('.log'))}`
}
