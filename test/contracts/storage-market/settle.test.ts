// settle
// ├── when there is no such volume          → reverts StorageMarketUnknownVolume
// ├── when the mask names a slot beyond n   → reverts StorageMarketSlotUnknown
// ├── pays what was proven and refunds the rest, for the chosen slots alone
// ├── counts neither the current epoch nor any epoch twice
// ├── pays each epoch of a span with a change in it at its own price
// ├── pays late settlements of many epochs in one step
// ├── pays a provider's volumes each for its own epochs
// ├── counts nothing past the funded end
// └── when the grace is over
//     ├── takes the volume off the books, settling also the slots that were not chosen
//     └── leaves it alone when no slot is chosen, or when it is closed already
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { currentEpoch, passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { anOpenVolume, EPOCHS, PER_EPOCH, priceOf, SECTORS } from './fixtures/a-market.ts'
import { escrowOf, held } from './fixtures/balances.ts'
import { marketEvents, settlements } from './fixtures/market-events.ts'
import { passProven, proveEpoch } from './fixtures/prove-epochs.ts'

const GRACE = 2
const slotPrice = (slot: number): bigint => priceOf(slot) * BigInt(SECTORS)

test('when there is no such volume it reverts', async () => {
  const { viem, market } = await anOpenVolume()
  for (const mask of [0, 1]) {
    const call = market.write.settle([2n, mask])
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [2n])
  }
})

test('when the mask names a slot beyond n it reverts', async () => {
  const { viem, market, volumeId } = await anOpenVolume()
  const next = market.write.settle([volumeId, 0b1111])
  await viem.assertions.revertWithCustomErrorWithArgs(next, market, 'StorageMarketSlotUnknown', [volumeId, 3])
  const last = market.write.settle([volumeId, 2 ** 31])
  await viem.assertions.revertWithCustomErrorWithArgs(last, market, 'StorageMarketSlotUnknown', [volumeId, 31])
})

test('it pays what was proven and refunds the rest, for the chosen slots alone', async () => {
  const scene = await anOpenVolume()
  const { market, owner, stranger, holders, volumeId, openedEpoch } = scene
  await passEpochs(scene)
  const epoch = await passProven(scene, [holders[0]!, holders[2]!], [holders[2]!], [])
  const hash = await market.write.settle([volumeId, 0b101], { account: stranger.account })
  const settled = (slot: number, provenEpochs: number) => ({
    eventName: 'SlotSettled',
    args: {
      volumeId,
      slot,
      provider: holders[slot]!.operator,
      fromEpoch: openedEpoch + 1,
      toEpoch: epoch,
      provenEpochs,
      paid: slotPrice(slot) * BigInt(provenEpochs),
      refunded: slotPrice(slot) * BigInt(3 - provenEpochs),
    },
  })
  assert.deepEqual(await marketEvents(scene, hash), [settled(0, 1), settled(2, 2)])
  assert.equal(await market.read.earnings([holders[0]!.operator]), slotPrice(0))
  assert.equal(await market.read.earnings([holders[1]!.operator]), 0n)
  assert.equal(await market.read.earnings([holders[2]!.operator]), slotPrice(2) * 2n)
  assert.equal(await market.read.credit([owner.account.address]), slotPrice(0) * 2n + slotPrice(2))
  const slots = await market.read.slots([volumeId])
  assert.deepEqual(
    slots.map(({ settledEpoch }) => settledEpoch),
    [epoch, openedEpoch + 1, epoch],
  )
  const settledMoney = (slotPrice(0) + slotPrice(2)) * 3n
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(EPOCHS) - settledMoney)
  assert.equal(await held(scene), PER_EPOCH * BigInt(EPOCHS))
})

test('it counts neither the current epoch nor any epoch twice', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId } = scene
  const settle = async () => marketEvents(scene, await market.write.settle([volumeId, 0b111]))
  assert.deepEqual(await settle(), [])
  await passEpochs(scene)
  await proveEpoch(scene, holders)
  assert.deepEqual(await settle(), [])
  await passEpochs(scene)
  assert.equal((await settle()).length, 3)
  assert.deepEqual(await settle(), [])
  assert.equal(await market.read.earnings([holders[0]!.operator]), slotPrice(0))
})

test('it pays each epoch of a span with a change in it at its own price', async () => {
  const scene = await anOpenVolume()
  const { market, registry, owner, holders, volumeId, openedEpoch } = scene
  const { operator, wallet } = holders[0]!
  await registry.write.setAsk([operator, 7n, 1000, 1], { account: wallet.account })
  await passEpochs(scene, 2)
  // The change settles up to here; the span after it has one epoch at the old price and three at the new.
  await market.write.resize([volumeId, 10, maxUint256], { account: owner.account })
  const first = await passProven(scene, [holders[0]!], [], [holders[0]!], [holders[0]!])
  const [event] = await marketEvents(scene, await market.write.settle([volumeId, 1]))
  assert.deepEqual(event?.args, {
    volumeId,
    slot: 0,
    provider: operator,
    fromEpoch: openedEpoch + 2,
    toEpoch: first,
    provenEpochs: 3,
    paid: slotPrice(0) + 7n * 10n * 2n,
    refunded: 7n * 10n,
  })
  // The second slot proved nothing, at a price that did not change but a size that did.
  const [other] = await settlements(scene, await market.write.settle([volumeId, 2]))
  assert.equal(other?.refunded, slotPrice(1) + priceOf(1) * 10n * 3n)
})

test('it pays late settlements of many epochs in one step', async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId, endEpoch } = scene
  const epochs = 500
  await market.write.topUp([volumeId, epochs, maxUint256], { account: owner.account })
  // The bitmap's words hold 224 epochs: proofs in the first, none in the second, one in the third.
  await passEpochs(scene)
  await passProven(scene, holders, holders)
  await toEpoch(scene, 460)
  await passProven(scene, holders.slice(0, 1))
  await toEpoch(scene, endEpoch + epochs)
  await market.write.settle([volumeId, 0b11])
  assert.equal(await market.read.earnings([holders[0]!.operator]), slotPrice(0) * 3n)
  assert.equal(await market.read.earnings([holders[1]!.operator]), slotPrice(1) * 2n)
  const credit = await market.read.credit([owner.account.address])
  assert.equal(credit, (slotPrice(0) + slotPrice(1)) * BigInt(EPOCHS + epochs) - slotPrice(0) * 3n - slotPrice(1) * 2n)
})

test("it pays a provider's volumes each for its own epochs", async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId } = scene
  const holder = holders[0]!
  await passEpochs(scene)
  await passProven(scene, [holder])
  const other = await openVolume(scene, { owner, providers: [holder], sectors: 9, epochs: 5 })
  // Proven while only the first volume is billed, then both.
  await passProven(scene, [holder], [holder])
  await market.write.settle([other, 1])
  assert.equal(await market.read.earnings([holder.operator]), priceOf(0) * 9n)
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holder.operator]), priceOf(0) * 9n + slotPrice(0) * 3n)
})

test('it counts nothing past the funded end', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch - 1)
  await passProven(scene, holders, holders)
  assert.equal(await currentEpoch(scene), endEpoch + 1)
  const [event] = await settlements(scene, await market.write.settle([volumeId, 1]))
  assert.equal(event?.toEpoch, endEpoch)
  assert.equal(await market.read.earnings([holders[0]!.operator]), slotPrice(0))
  assert.equal((await market.read.volume([volumeId])).closed, false)
})

test('when the grace is over it takes the volume off the books, settling also the slots that were not chosen', async () => {
  const scene = await anOpenVolume()
  const { market, proofs, owner, holders, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch - 1)
  await passProven(scene, [holders[1]!])
  await toEpoch(scene, endEpoch + GRACE)
  const events = await marketEvents(scene, await market.write.settle([volumeId, 0b1]))
  assert.deepEqual(
    events.map(({ eventName }) => eventName),
    ['SlotSettled', 'SlotSettled', 'SlotSettled', 'VolumeExpired'],
  )
  assert.equal(await market.read.earnings([holders[1]!.operator]), slotPrice(1))
  assert.equal(await market.read.credit([owner.account.address]), PER_EPOCH * BigInt(EPOCHS) - slotPrice(1))
  assert.equal((await market.read.volume([volumeId])).closed, true)
  await passEpochs(scene)
  assert.equal(await proofs.read.billedSectors([holders[0]!.operator]), 0)
})

test('when the grace is over but no slot is chosen, or the volume is closed already, it leaves it alone', async () => {
  const scene = await anOpenVolume()
  const { market, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch + GRACE)
  assert.deepEqual(await marketEvents(scene, await market.write.settle([volumeId, 0])), [])
  assert.equal((await market.read.volume([volumeId])).closed, false)
  await market.write.expire([volumeId])
  assert.deepEqual(await marketEvents(scene, await market.write.settle([volumeId, 0b111])), [])
})
