// challenge
// ├── for any history of joins, changes and departures it is what the TypeScript functions draw from the book
// ├── finds every sector of books whose trees are one entry short of, at and one past a full level
// ├── when the epoch is not the current one → reverts EpochNotCurrent
// ├── when the seed is not stored           → reverts SeedUnknown
// └── when nothing is billed                → reverts NothingBilled
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Address, getAddress, numberToHex } from 'viem'
import { passEpochs, storeSeed } from '../fixtures/epochs.ts'
import { account, aStorgo, type Storgo } from '../fixtures/network.ts'
import { asMarket } from '../provider-registry/fixtures/as-market.ts'
import { aBook, readBook } from './fixtures/a-book.ts'
import { ReferenceBook } from './fixtures/book.reference.ts'
import { draw } from './fixtures/proof.ts'
import { nextEpochWith } from './fixtures/seed-epoch.ts'

const PROVIDER: Address = getAddress('0x00000000000000000000000000000000000b0045')
const DRAWS = 12

/** What happens in one epoch: slots that join, positions that change or leave (as shares of those there are). */
type Changes = { joins: number[]; weights: [number, number][]; leaving: number[] }

const sectors = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 200_000 }))
const share = fc.nat(999)
const changes: fc.Arbitrary<Changes> = fc.record({
  joins: fc.array(sectors, { maxLength: 70 }),
  weights: fc.array(fc.tuple(share, sectors), { maxLength: 8 }),
  leaving: fc.array(share, { maxLength: 8 }),
})
/** Epoch by epoch, what happens before its seed is known and after it. */
const history = fc.array(fc.tuple(changes, changes), { minLength: 1, maxLength: 4 })

/** Makes the changes in book and model; slots of one size join in one transaction. */
async function apply(storgo: Storgo, market: Address, model: ReferenceBook, { joins, weights, leaving }: Changes) {
  const { proofs } = storgo
  const at = (of: number) => model.live()[of % model.live().length]
  for (const [i, size] of joins.entries()) {
    if (i % 10 !== 0) continue
    const n = Math.min(10, joins.length - i)
    const volumeId = BigInt(model.positions.length * 100 + i + 1)
    await proofs.write.join([Array<Address>(n).fill(PROVIDER), volumeId, size], { account: market })
    for (let slot = 0; slot < n; slot++) model.join(volumeId, slot, n, size)
  }
  for (const [of, size] of weights) {
    const position = at(of)
    if (position === undefined) continue
    await proofs.write.setWeight([[PROVIDER], [position], size], { account: market })
    model.setWeight(position, size)
  }
  for (const of of leaving) {
    const position = at(of)
    if (position === undefined) continue
    await proofs.write.remove([[PROVIDER], [position]], { account: market })
    model.remove(position)
  }
}

async function agrees(storgo: Storgo, model: ReferenceBook, seed: `0x${string}`): Promise<void> {
  const { proofs } = storgo
  assert.deepEqual(await readBook(storgo, PROVIDER), model.entries())
  assert.equal(await proofs.read.billedSectors([PROVIDER]), model.billed())
  assert.equal(await proofs.read.bookSize([PROVIDER]), model.positions.length)
  if (model.billed() === 0) return
  const expected = draw(model.entries(), seed, PROVIDER, model.epoch, DRAWS)
  for (const [i, { volumeId, slot, n, offset }] of expected.entries()) {
    assert.deepEqual(await proofs.read.challenge([PROVIDER, model.epoch, i]), [volumeId, slot, n, BigInt(offset)])
  }
}

test('for any history it is what the TypeScript functions draw from the book', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (epochs) => {
      const storgo = await aStorgo()
      const market = await asMarket(storgo)
      const model = new ReferenceBook()
      for (const [early, late] of epochs) {
        model.advance(await passEpochs(storgo))
        await apply(storgo, market, model, early)
        const { seed } = await storeSeed(storgo)
        await apply(storgo, market, model, late)
        await agrees(storgo, model, seed)
      }
      model.advance(await passEpochs(storgo))
      await agrees(storgo, model, (await storeSeed(storgo)).seed)
    }),
    { numRuns: 12, seed: 0x5706 },
  )
})

test('it finds every sector of books around the size of a full level', async () => {
  for (const size of [1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257]) {
    const storgo = await aStorgo()
    const market = await asMarket(storgo)
    const model = new ReferenceBook()
    for (let joined = 0; joined < size; joined += 100) {
      const n = Math.min(100, size - joined)
      const volumeId = BigInt(joined + 1)
      await storgo.proofs.write.join([Array<Address>(n).fill(PROVIDER), volumeId, 1 + (joined % 7)], {
        account: market,
      })
      for (let slot = 0; slot < n; slot++) model.join(volumeId, slot, n, 1 + (joined % 7))
    }
    const { epoch, seed } = await nextEpochWith(storgo, numberToHex(size, { size: 32 }))
    model.advance(epoch)
    await agrees(storgo, model, seed)
  }
})

test('when the epoch is not the current one it reverts', async () => {
  const { viem, proofs, operator, epoch } = await aBook()
  for (const other of [epoch - 1, epoch + 1]) {
    const call = proofs.read.challenge([operator, other, 0])
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageEpochNotCurrent', [other, epoch])
  }
})

test('when the seed is not stored it reverts', async () => {
  const book = await aBook()
  const epoch = await passEpochs(book)
  const call = book.proofs.read.challenge([book.operator, epoch, 0])
  await book.viem.assertions.revertWithCustomErrorWithArgs(call, book.proofs, 'ProofOfStorageSeedUnknown', [epoch])
})

test('when nothing is billed it reverts', async () => {
  const book = await aBook()
  const nobody = getAddress(account(book, 9).account.address)
  const call = book.proofs.read.challenge([nobody, book.epoch, 0])
  await book.viem.assertions.revertWithCustomErrorWithArgs(call, book.proofs, 'ProofOfStorageNothingBilled', [
    nobody,
    book.epoch,
  ])
})
