// provenCount, hasProven and provenUntil
// └── agree with a set of epochs, over runs, single epochs and gaps of more than one word of 224 epochs
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { storeSeed, toEpoch } from '../fixtures/epochs.ts'
import { account, aStorgo, fixture } from '../fixtures/network.ts'
import { shelve } from './fixtures/a-book.ts'
import { EMPTY_PROOF } from './fixtures/proof.ts'
import { submit } from './fixtures/submit.ts'

/** First and last epochs of words, runs across their border, words left empty, and a word with one epoch alone. */
const PROVEN = [1, 2, 5, 222, 223, 224, 225, 447, 448, 449, 1_119, 1_120, 1_345, 2_500, 2_687, 2_688, 6_000]
/** Epochs are proven while the chain passes through them, so that no earlier one can follow. */
const CURRENT = 6_100

const aLongHistory = fixture(async function aLongHistory() {
  const storgo = await aStorgo()
  const wallet = account(storgo, 1)
  await shelve(storgo, wallet.account.address, { volumeId: 1n, slot: 0, n: 1, billed: 1 })
  for (const epoch of PROVEN) {
    await toEpoch(storgo, epoch)
    await storeSeed(storgo)
    await submit({ ...storgo, wallet, epoch }, EMPTY_PROOF)
  }
  await toEpoch(storgo, CURRENT)
  return { ...storgo, operator: wallet.account.address }
})

const countSlowly = (from: number, to: number): number => PROVEN.filter((epoch) => epoch >= from && epoch < to).length

/** Every epoch at which a count may change, and those beside it. */
const TELLING = [
  ...new Set(
    [0, ...PROVEN, ...Array.from({ length: 29 }, (_, word) => word * 224), CURRENT]
      .flatMap((epoch) => [epoch - 1, epoch, epoch + 1])
      .filter((epoch) => epoch >= 0),
  ),
]

test('hasProven and provenCount agree with a set of epochs', async () => {
  const { proofs, operator } = await aLongHistory()
  for (const epoch of TELLING) {
    assert.equal(await proofs.read.hasProven([operator, epoch]), PROVEN.includes(epoch), `hasProven ${epoch}`)
    assert.equal(await proofs.read.provenCount([operator, epoch]), countSlowly(0, epoch), `provenCount ${epoch}`)
  }
  assert.equal(await proofs.read.provenCount([operator, 2 ** 32 - 1]), PROVEN.length)
})

test('provenUntil agrees with a set of epochs, up to the current one', async () => {
  const { proofs, operator } = await aLongHistory()
  const anEpoch = fc.oneof(fc.constantFrom(...TELLING), fc.nat(CURRENT + 300))
  await fc.assert(
    fc.asyncProperty(anEpoch, anEpoch, async (from, end) => {
      const to = Math.max(from, Math.min(end, CURRENT))
      assert.deepEqual(await proofs.read.provenUntil([operator, from, end]), [to, countSlowly(from, to)])
    }),
    { numRuns: 150, seed: 0x5706 },
  )
})

test('nobody else has proven anything', async () => {
  const history = await aLongHistory()
  const { proofs } = history
  const other = account(history, 2).account.address
  assert.equal(await proofs.read.provenCount([other, CURRENT]), 0)
  assert.equal(await proofs.read.hasProven([other, 223]), false)
  assert.deepEqual(await proofs.read.provenUntil([other, 0, CURRENT]), [CURRENT, 0])
})
