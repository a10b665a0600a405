// prove, with a proof that is good, but not here and now
// ├── sent again in its epoch                             → reverts AlreadyProven
// ├── sent in the next epoch, under either number         → reverts EpochNotCurrent, or WrongVolume or LeafMismatch
// ├── naming a later epoch                                → reverts EpochNotCurrent
// ├── sent by a provider with the same book               → reverts WrongVolume or LeafMismatch
// ├── sent by a provider with the same volumes elsewhere  → reverts LeafMismatch
// ├── sent by somebody whose book is empty                → reverts NothingBilled
// ├── sent by a provider whose slot counts from the next epoch → reverts NothingBilled
// ├── before the seed is stored                           → reverts SeedUnknown
// └── with a state of another volume                      → reverts WrongVolume
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signState } from '@storgo/protocol'
import { getAddress, hexToBytes, numberToHex } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { SESSION_KEY } from '../fixtures/volumes.ts'
import { type ABook, aBook, domainOf, readBook, SHELVES, shelve } from './fixtures/a-book.ts'
import { draw, EMPTY_PROOF, encodeProof, proofOf } from './fixtures/proof.ts'
import { nextEpochWith } from './fixtures/seed-epoch.ts'
import { stateOf } from './fixtures/stored-slot.ts'
import { isProven, refusal, refuses, submit } from './fixtures/submit.ts'

const MIX_HASH = numberToHex(0xbeef, { size: 32 })

/** How a proof fails whose first sample is for another place: by its volume, or by its leaf where the volume is the same. */
const MISPLACED: readonly string[] = ['ProofOfStorageWrongVolume', 'ProofOfStorageLeafMismatch']

/** The scene one epoch on, with another seed, and an honest proof of it. */
async function oneEpochOn(book: ABook) {
  const { operator, stored, signed } = book
  const { epoch, seed } = await nextEpochWith(book, MIX_HASH)
  const drawn = draw(await readBook(book, operator), seed, operator, epoch)
  return { ...book, epoch, seed, drawn, honest: encodeProof(proofOf(drawn, stored, signed)) }
}

test('sent again in its epoch it reverts, whatever it shows', async () => {
  const book = await aBook()
  await submit(book, book.encoded)
  const args = [getAddress(book.operator), book.epoch]
  await refuses(book, book.encoded, 'ProofOfStorageAlreadyProven', args)
  await refuses(book, EMPTY_PROOF, 'ProofOfStorageAlreadyProven', args)
  assert.equal(await book.proofs.read.provenCount([book.operator, book.epoch + 1]), 1)
})

test('sent in the next epoch it reverts under either number, and that epoch stays provable', async () => {
  const book = await aBook()
  await submit(book, book.encoded)
  const next = await oneEpochOn(book)
  await refuses(book, book.encoded, 'ProofOfStorageEpochNotCurrent', [book.epoch, next.epoch])
  const firstMoved = next.drawn.findIndex(({ volumeId }, i) => volumeId !== book.drawn[i]!.volumeId)
  assert.ok(firstMoved >= 0)
  assert.ok(MISPLACED.includes((await refusal(next, book.encoded)).errorName))
  assert.equal(await isProven(next), false)
  await submit(next, next.honest)
  assert.equal(await book.proofs.read.provenCount([book.operator, next.epoch + 1]), 2)
})

test('sent in the next epoch it reverts even where every sample falls on the same volume again', async () => {
  const book = await aBook()
  const wallet = account(book, 3)
  const operator = wallet.account.address
  await shelve(book, operator, { volumeId: 7n, slot: 1, n: 3, billed: 9 })
  const first = await oneEpochOn({ ...book, wallet, operator })
  await submit(first, first.honest)
  const second = await oneEpochOn({ ...book, wallet, operator })
  await refuses(second, first.honest, 'ProofOfStorageLeafMismatch', [0n])
  await submit(second, second.honest)
})

test('naming a later epoch it reverts', async () => {
  const book = await aBook()
  for (const epoch of [book.epoch + 1, book.epoch + 64, 2 ** 32 - 1]) {
    await refuses({ ...book, epoch }, book.encoded, 'ProofOfStorageEpochNotCurrent', [epoch, book.epoch])
  }
})

test('sent by a provider with the same book it reverts', async () => {
  const book = await aBook()
  const wallet = account(book, 2)
  for (const shelf of SHELVES) await shelve(book, wallet.account.address, shelf)
  const next = await oneEpochOn(book)
  const thief = { ...next, wallet, operator: wallet.account.address }
  const own = draw(await readBook(book, thief.operator), next.seed, thief.operator, next.epoch)
  assert.notDeepEqual(own, next.drawn)
  assert.ok(MISPLACED.includes((await refusal(thief, next.honest)).errorName))
  assert.equal(await isProven(thief), false)
  await submit(next, next.honest)
  await submit(thief, encodeProof(proofOf(own, book.stored, book.signed)))
})

test('sent by a provider with another slot of the same volume it reverts', async () => {
  const book = await aBook()
  const [first, second] = [account(book, 3), account(book, 4)]
  const shelf = { volumeId: 7n, n: 3, billed: 9 }
  await shelve(book, first.account.address, { ...shelf, slot: 1 })
  await shelve(book, second.account.address, { ...shelf, slot: 2 })
  const next = await oneEpochOn({ ...book, wallet: first, operator: first.account.address })
  await refuses({ ...next, wallet: second }, next.honest, 'ProofOfStorageLeafMismatch', [0n])
  await submit(next, next.honest)
})

test('sent by somebody whose book is empty it reverts', async () => {
  const book = await aBook()
  const wallet = account(book, 2)
  const args = [getAddress(wallet.account.address), book.epoch]
  await refuses({ ...book, wallet }, book.encoded, 'ProofOfStorageNothingBilled', args)
  await refuses({ ...book, wallet }, { states: '0x', samples: '0x' }, 'ProofOfStorageNothingBilled', args)
})

test('sent by a provider whose only slot counts from the next epoch it reverts', async () => {
  const book = await aBook()
  const wallet = account(book, 2)
  await shelve(book, wallet.account.address, SHELVES[0]!)
  const args = [getAddress(wallet.account.address), book.epoch]
  await refuses({ ...book, wallet }, EMPTY_PROOF, 'ProofOfStorageNothingBilled', args)
})

test('before the seed is stored it reverts', async () => {
  const book = await aBook()
  const epoch = await passEpochs(book)
  await refuses({ ...book, epoch }, book.encoded, 'ProofOfStorageSeedUnknown', [epoch])
  await book.networkHelpers.mineUpTo((await book.proofs.read.seedBlock([epoch])) + 3n)
  await refuses({ ...book, epoch }, EMPTY_PROOF, 'ProofOfStorageSeedUnknown', [epoch])
})

test('with a state of another volume over the same bytes it reverts', async () => {
  const book = await aBook()
  const { proof, stored } = book
  const at = proof.states.findIndex(({ state }) => state.volumeId === 7n)
  const copied = signState(stateOf(stored.get(7n)!, { volumeId: 70n }), domainOf(book), hexToBytes(SESSION_KEY))
  const states = [...proof.states.toSpliced(at, 1), copied]
  const samples = proof.samples.map((sample) => {
    if (sample.proof === undefined && sample.stateIndex === 0xffff) return sample
    const index = sample.stateIndex === at ? states.length - 1 : sample.stateIndex - (sample.stateIndex > at ? 1 : 0)
    return { ...sample, stateIndex: index }
  })
  await refuses(book, encodeProof({ states, samples }), 'ProofOfStorageStateSignatureInvalid', [
    BigInt(states.length - 1),
  ])
  await shelve(book, account(book, 9).account.address, { volumeId: 70n, slot: 0, n: 1, billed: 1 })
  await refuses(book, encodeProof({ states, samples }), 'ProofOfStorageWrongVolume', [0n, 7n, 70n])
})
