// book
// ├── gives the positions asked for, cut off at the end
// └── gives nothing behind the end, and for somebody without a book
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account } from '../fixtures/network.ts'
import { aBook, SHELVES } from './fixtures/a-book.ts'

const WHOLE = SHELVES.map(({ volumeId, slot, n, billed }, position) => {
  return { position, volumeId, slot, n, floor: 0n, nextFloor: 0n, frozenSectors: billed, nextSectors: billed }
})

test('it gives the positions asked for, cut off at the end', async () => {
  const { proofs, operator } = await aBook()
  assert.equal(await proofs.read.bookSize([operator]), SHELVES.length)
  for (const [from, count] of [
    [0, 9],
    [0, 2 ** 32 - 1],
    [2, 3],
    [8, 1],
    [7, 100],
    [4, 0],
  ] as const) {
    assert.deepEqual(await proofs.read.book([operator, from, count]), WHOLE.slice(from, from + count))
  }
})

test('it gives nothing behind the end, and for somebody without a book', async () => {
  const book = await aBook()
  const { proofs, operator } = book
  const nobody = account(book, 9).account.address
  assert.deepEqual(await proofs.read.book([operator, 9, 1]), [])
  assert.deepEqual(await proofs.read.book([operator, 2 ** 32 - 1, 2 ** 32 - 1]), [])
  assert.deepEqual(await proofs.read.book([nobody, 0, 10]), [])
  assert.equal(await proofs.read.bookSize([nobody]), 0)
  assert.equal(await proofs.read.billedSectors([nobody]), 0)
})
