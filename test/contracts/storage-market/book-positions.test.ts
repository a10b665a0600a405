// positions in the books
// ├── a slot's position is kept for the epoch in which it is freed, and reused after it, the oldest first
// ├── a position reused in a later epoch keeps nothing of its last slot
// └── a volume whose slots stand at many different positions can be resized and closed
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { aMarket, aMarketOfTen, type Market, priceOf } from './fixtures/a-market.ts'
import { passProven } from './fixtures/prove-epochs.ts'

/** Opens volumes of one slot at the first provider. @returns their ids. */
async function openSingles(scene: Market, sizes: readonly number[]): Promise<bigint[]> {
  const ids: bigint[] = []
  for (const sectors of sizes) {
    ids.push(
      await openVolume(scene, { owner: scene.owner, providers: scene.providers.slice(0, 1), sectors, epochs: 20 }),
    )
  }
  return ids
}

/** The first provider's book as [volume, frozen sectors, next sectors]. */
async function bookOf({ proofs, providers }: Market) {
  const entries = await proofs.read.book([providers[0]!.operator, 0, 100])
  return entries.map(({ volumeId, frozenSectors, nextSectors }) => [volumeId, frozenSectors, nextSectors])
}

test('a position is kept for the epoch in which it is freed, and reused after it, the oldest first', async () => {
  const scene = await aMarket()
  const { market, owner } = scene
  await openSingles(scene, [1, 2, 3, 4, 5])
  await passEpochs(scene)
  for (const volumeId of [4n, 2n]) await market.write.close([volumeId], { account: owner.account })
  // Volume 6 comes in the epoch of the closings: it may not take their places.
  await openSingles(scene, [6])
  assert.deepEqual(await bookOf(scene), [
    [1n, 1, 1],
    [2n, 2, 0],
    [3n, 3, 3],
    [4n, 4, 0],
    [5n, 5, 5],
    [6n, 0, 6],
  ])
  await passEpochs(scene)
  await openSingles(scene, [7, 8, 9])
  assert.deepEqual(await bookOf(scene), [
    [1n, 1, 1],
    [8n, 0, 8],
    [3n, 3, 3],
    [7n, 0, 7],
    [5n, 5, 5],
    [6n, 6, 6],
    [9n, 0, 9],
  ])
  await passEpochs(scene)
  assert.equal(await scene.proofs.read.billedSectors([scene.providers[0]!.operator]), 1 + 8 + 3 + 7 + 5 + 6 + 9)
})

test('a volume at a reused position is paid for its own epochs and can be closed in its turn', async () => {
  const scene = await aMarket()
  const { market, owner, providers } = scene
  const holder = providers[0]!
  await openSingles(scene, [4])
  await passEpochs(scene)
  await market.write.close([1n], { account: owner.account })
  await passProven(scene, [holder])
  await openSingles(scene, [6])
  assert.equal((await market.read.slotOf([2n, 0])).bookIndex, 0)
  // Nothing is billed in the epoch between the two.
  await passEpochs(scene)
  await passProven(scene, [holder])
  await market.write.settle([1n, 1])
  await market.write.settle([2n, 1])
  assert.equal(await market.read.earnings([holder.operator]), priceOf(0) * 4n + priceOf(0) * 6n)
  await market.write.close([2n], { account: owner.account })
  assert.deepEqual(await bookOf(scene), [[2n, 6, 0]])
  await passEpochs(scene)
  await openSingles(scene, [9])
  assert.deepEqual(await bookOf(scene), [[3n, 0, 9]])
})

test('a volume whose slots stand at many different positions can be resized and closed', async () => {
  const scene = await aMarketOfTen()
  const { market, proofs, owner, providers } = scene
  for (const [index, provider] of providers.entries()) {
    for (let volume = 0; volume < index; volume++) {
      await openVolume(scene, { owner, providers: [provider], sectors: 1, epochs: 9 })
    }
  }
  const volumeId = await openVolume(scene, { owner, providers, k: 8, sectors: 5, epochs: 9 })
  const slots = await market.read.slots([volumeId])
  assert.deepEqual(
    slots.map(({ bookIndex }) => bookIndex),
    providers.map((_, index) => index),
  )
  await passEpochs(scene)
  const billed = () => Promise.all(providers.map(({ operator }) => proofs.read.billedSectors([operator])))
  assert.deepEqual(await billed(), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  await market.write.resize([volumeId, 2, maxUint256], { account: owner.account })
  await passEpochs(scene)
  assert.deepEqual(await billed(), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  await market.write.close([volumeId], { account: owner.account })
  await passEpochs(scene)
  assert.deepEqual(await billed(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})
