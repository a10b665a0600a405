// prove, of a slot with a floor
// ├── shown as the implicit empty state → reverts StateBelowFloor
// ├── with a nonce below the floor      → reverts StateBelowFloor, also when that state is empty
// └── with a nonce at the floor         → accepted
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type State, signState } from '@storgo/protocol'
import { hexToBytes } from 'viem'
import { SESSION_KEY } from '../fixtures/volumes.ts'
import { type ABook, aBook, domainOf, readBook, SHELVES } from './fixtures/a-book.ts'
import { encodeProof, proofOf } from './fixtures/proof.ts'
import { setFloor } from './fixtures/set-floor.ts'
import { stateOf } from './fixtures/stored-slot.ts'
import { refuses, submit } from './fixtures/submit.ts'

const FLOOR = 5n

/** The scene with a floor under one volume's slot. */
async function aBookWithFloor(volumeId: bigint): Promise<ABook> {
  const book = await aBook()
  const position = SHELVES.findIndex((shelf) => shelf.volumeId === volumeId)
  await setFloor(book, book.operator, position, FLOOR)
  const floors = (await readBook(book, book.operator)).map(({ floor }) => floor)
  assert.deepEqual(
    floors,
    SHELVES.map((_, at) => (at === position ? FLOOR : 0n)),
  )
  return book
}

const firstOf = ({ drawn }: ABook, volumeId: bigint): bigint =>
  BigInt(drawn.findIndex((place) => place.volumeId === volumeId))

/** A proof in which one volume's state differs from its client's first. */
function proofWith({ drawn, stored, signed, ...book }: ABook, volumeId: bigint, changes: Partial<State>) {
  const state = stateOf(stored.get(volumeId)!, changes)
  const states = signed.map((one) => {
    return one.state.volumeId === volumeId ? signState(state, domainOf(book), hexToBytes(SESSION_KEY)) : one
  })
  return encodeProof(proofOf(drawn, stored, states))
}

test('shown as the implicit empty state it reverts', async () => {
  const unwritten = await aBookWithFloor(8n)
  const args = [firstOf(unwritten, 8n), 0n, FLOOR]
  await refuses(unwritten, unwritten.encoded, 'ProofOfStorageStateBelowFloor', args)

  const written = await aBookWithFloor(7n)
  const without = written.signed.filter(({ state }) => state.volumeId !== 7n)
  const hiding = encodeProof(proofOf(written.drawn, written.stored, without))
  await refuses(written, hiding, 'ProofOfStorageStateBelowFloor', [0n, 0n, FLOOR])
})

test('with a nonce below the floor it reverts, and at the floor it does not', async () => {
  const book = await aBookWithFloor(7n)
  await refuses(book, book.encoded, 'ProofOfStorageStateBelowFloor', [0n, 1n, FLOOR])
  const below = proofWith(book, 7n, { nonce: FLOOR - 1n })
  await refuses(book, below, 'ProofOfStorageStateBelowFloor', [0n, FLOOR - 1n, FLOOR])
  await submit(book, proofWith(book, 7n, { nonce: FLOOR }))
})

test('with a nonce below the floor it reverts also when the state is empty', async () => {
  const book = await aBookWithFloor(9n)
  const args = [firstOf(book, 9n), 1n, FLOOR]
  await refuses(book, book.encoded, 'ProofOfStorageStateBelowFloor', args)
  await submit(book, proofWith(book, 9n, { nonce: FLOOR + 1n }))
})
