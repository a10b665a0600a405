// prove, of volumes that hold nothing
// ├── all shown as the implicit empty state
// │   ├── is accepted while the floors are 0
// │   └── with a leaf beside the index → reverts, reading the leaf as the next sample
// └── all shown by a signed state with no sectors
//     ├── is accepted without leaf and path
//     └── with a leaf beside the index → reverts, reading the leaf as the next sample
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, type Hex } from 'viem'
import { account, aStorgo, fixture } from '../fixtures/network.ts'
import { shelve, stockOf } from './fixtures/a-book.ts'
import { EMPTY_PROOF, encodeProof, SAMPLES } from './fixtures/proof.ts'
import { nextEpochWith } from './fixtures/seed-epoch.ts'
import { isProven, refuses, submit } from './fixtures/submit.ts'

const EMPTY = { volumeId: 3n, slot: 1, n: 3, billed: 5, sectors: 0 }
const LEAF_AND_PATH: Hex = `0x${'5a'.repeat(64 + 17 * 32)}`

const anEmptyBook = fixture(async function anEmptyBook() {
  const storgo = await aStorgo()
  const wallet = account(storgo, 1)
  await shelve(storgo, wallet.account.address, EMPTY)
  const { epoch } = await nextEpochWith(storgo, `0x${'77'.repeat(32)}`)
  const { signed } = stockOf(storgo, [EMPTY])
  const samples = Array.from({ length: SAMPLES }, () => ({ stateIndex: 0, proof: undefined }))
  return { ...storgo, wallet, epoch, shown: encodeProof({ states: signed, samples }) }
})

test('shown as the implicit empty state it is accepted', async () => {
  const book = await anEmptyBook()
  await submit(book, EMPTY_PROOF)
  assert.equal(await isProven(book), true)
})

test('the implicit empty state with a leaf beside it is refused', async () => {
  const book = await anEmptyBook()
  const index = '0xffff'
  const rest: Hex = `0x${'ffff'.repeat(SAMPLES - 1)}`
  const first = { states: '0x', samples: concat([index, LEAF_AND_PATH, rest]) } as const
  await refuses(book, first, 'ProofOfStorageStateIndexOutOfRange', [1n, 0x5a5an])
  const last = { states: '0x', samples: concat([rest, index, LEAF_AND_PATH]) } as const
  await refuses(book, last, 'ProofOfStorageSamplesTrailing', [BigInt(64 + 17 * 32)])
})

test('shown by a signed state with no sectors it is accepted without leaf and path', async () => {
  const book = await anEmptyBook()
  assert.equal(book.shown.samples, `0x${'0000'.repeat(SAMPLES)}`)
  await submit(book, book.shown)
  assert.equal(await isProven(book), true)
})

test('a signed state with no sectors with a leaf beside it is refused', async () => {
  const book = await anEmptyBook()
  const { states } = book.shown
  const rest: Hex = `0x${'0000'.repeat(SAMPLES - 1)}`
  const first = { states, samples: concat(['0x0000', LEAF_AND_PATH, rest]) }
  await refuses(book, first, 'ProofOfStorageStateIndexOutOfRange', [1n, 0x5a5an])
  const last = { states, samples: concat([rest, '0x0000', LEAF_AND_PATH]) }
  await refuses(book, last, 'ProofOfStorageSamplesTrailing', [BigInt(64 + 17 * 32)])
})

test('a signed state that claims sectors needs leaves', async () => {
  const book = await anEmptyBook()
  const { signed } = stockOf(book, [{ ...EMPTY, sectors: 5 }])
  const samples = Array.from({ length: SAMPLES }, () => ({ stateIndex: 0, proof: undefined }))
  const claiming = encodeProof({ states: signed, samples })
  await refuses(book, claiming, 'ProofOfStorageSamplesTruncated', [0n])
})
