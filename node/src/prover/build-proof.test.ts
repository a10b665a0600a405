import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { challengeIndex, type Epoch, LEAVES_PER_SECTOR, SECTOR_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import type { Address } from 'viem'
import { buildProof } from './build-proof.ts'
import { checkProof } from './check-proof.reference.ts'
import { ABook } from './fixtures/a-book.ts'

/** Fixed, so that every run draws the same leaves. */
const operator: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const aTask = (book: ABook, seed = new Uint8Array(28)) => ({
  ...{ operator, epoch: 3 as Epoch, seed, sampleCount: 20, book: book.entries },
})

const mixed = [
  { volumeId: 9n, slot: 5, billed: 4, used: 3 },
  { volumeId: 2n, slot: 0, billed: 2, used: 0 },
  { volumeId: 4n, slot: 1, billed: 0, used: 1 },
  { volumeId: 7n, slot: 2, billed: 8, used: 8 },
  { volumeId: 3n, slot: 3, billed: 1, used: undefined },
]

test('for any seed the proof shows every challenged leaf, in the form that the contract takes', async () => {
  await using book = await ABook.open(mixed)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 28, maxLength: 28 }), async (seed) => {
      const task = aTask(book, seed)
      const proof = await buildProof(book.store, task)
      assert.ok('states' in proof)
      checkProof(task, proof, book.signed)
    }),
    { numRuns: 20 },
  )
})

test('a provider whose slots were never written proves with the implicit empty state alone', async () => {
  await using book = await ABook.open([{ volumeId: 3n, slot: 3, billed: 1, used: undefined }])
  const proof = await buildProof(book.store, aTask(book))
  assert.ok('states' in proof)
  assert.equal(proof.states.length, 0)
  assert.deepEqual(proof.samples, new Uint8Array(40).fill(0xff))
})

test('a state below the floor cannot be shown', async () => {
  await using book = await ABook.open([{ volumeId: 3n, slot: 3, billed: 1, used: 1, floor: 2n }])
  const proof = await buildProof(book.store, aTask(book))
  assert.ok('lost' in proof)
  assert.equal(proof.lost.length, 20)
  assert.equal(proof.lost[0]?.error.code, 'STATE_STALE')
})

test('a slot with damaged sectors fails, and the damage is named, exactly when one of them is drawn', async () => {
  await using book = await ABook.open([{ volumeId: 9n, slot: 5, billed: 64, used: 64 }])
  await book.store[Symbol.asyncDispose]()
  {
    // Three of the sectors on disk, 5 % of the slot: cell c is the c-th sector that was written.
    await using file = await open(join(book.dataDir, 'cells/00000.cells'), 'r+')
    for (const cell of [7, 21, 40]) await file.write(new Uint8Array(16), 0, 16, cell * SECTOR_BYTES + 4096)
  }
  await book.reopen()
  const damaged = [7, 21, 40].map((cell) => Math.floor(cell / 2) * 3 + (cell % 2))
  let failed = 0
  for (let epoch = 0; epoch < 12; epoch++) {
    const task = { ...aTask(book, new Uint8Array(28).fill(7)), epoch: epoch as Epoch }
    const proof = await buildProof(book.store, task)
    const drawn = Array.from({ length: 20 }, (_, i) =>
      challengeIndex(task.seed, operator, task.epoch, i, 64 * LEAVES_PER_SECTOR),
    )
    const expected = drawn
      .map((index) => Math.floor(index / LEAVES_PER_SECTOR))
      .filter((sector) => damaged.includes(sector))
    if ('states' in proof) {
      checkProof(task, proof, book.signed)
      assert.deepEqual(expected, [])
    } else {
      failed++
      assert.deepEqual(
        proof.lost.map(({ sector }) => sector),
        expected,
      )
      assert.ok(proof.lost.every(({ error }) => error.code === 'SECTOR_CORRUPT'))
    }
  }
  assert.ok(failed > 0 && failed < 12, `${failed} of 12 epochs failed`)
})
