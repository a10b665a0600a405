// topUp
// ├── when there is no such volume                          → reverts StorageMarketUnknownVolume
// ├── when the caller is not the owner                      → reverts StorageMarketNotOwner
// ├── when the volume is closed                             → reverts StorageMarketClosed
// ├── when no epoch is added                                → reverts StorageMarketZeroEpochs
// ├── when the new end lies too far away                    → reverts StorageMarketEndTooFar
// ├── when the grace is over                                → reverts StorageMarketExhausted
// ├── when the new end is not past the current epoch        → reverts StorageMarketTopUpTooShort
// ├── when the price exceeds the caller's maximum           → reverts StorageMarketPriceTooHigh
// ├── when the asks are unchanged
// │   ├── takes the price of the added epochs and moves the end
// │   └── settles first what is over
// ├── when an ask has changed
// │   ├── goes on at the old price until its notice is over
// │   ├── takes the difference for the epochs paid already, but not for the current one
// │   ├── credits what a fallen price leaves over
// │   └── a second one in an epoch leaves the current epoch's price alone
// └── when the funded end has passed, within the grace
//     ├── takes the epochs missed and the current one at the old price
//     └── pays those of them that were proven
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { anOpenVolume, EPOCHS, type OpenVolume, PER_EPOCH, priceOf, SECTORS } from './fixtures/a-market.ts'
import { balanceOf, escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven } from './fixtures/prove-epochs.ts'

const GRACE = 2
const NOTICE = 2

/** Tops up as the owner. @returns what that took from the owner, and the transaction. */
async function topUp(scene: OpenVolume, epochs: number, maxPricePerEpoch = maxUint256) {
  const { market, owner, volumeId } = scene
  const before = await balanceOf(scene, owner.account.address)
  const hash = await market.write.topUp([volumeId, epochs, maxPricePerEpoch], { account: owner.account })
  return { hash, paid: before - (await balanceOf(scene, owner.account.address)) }
}

/** Changes the first provider's price and waits until it counts. @returns the new price of all slots for one epoch. */
async function reprice(scene: OpenVolume, price: bigint): Promise<bigint> {
  const { operator, wallet } = scene.holders[0]!
  await scene.registry.write.setAsk([operator, price, 1000, 1], { account: wallet.account })
  await passEpochs(scene, NOTICE)
  return PER_EPOCH + (price - priceOf(0)) * BigInt(SECTORS)
}

test('when there is no such volume it reverts', async () => {
  const { viem, market, owner } = await anOpenVolume()
  const call = market.write.topUp([2n, 1, maxUint256], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [2n])
})

test('when the caller is not the owner it reverts', async () => {
  const { viem, market, volumeId, stranger } = await anOpenVolume()
  const call = market.write.topUp([volumeId, 1, maxUint256], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotOwner', [
    volumeId,
    stranger.account.address,
  ])
})

test('when the volume is closed it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, owner, volumeId } = scene
  await market.write.close([volumeId], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(topUp(scene, 1), market, 'StorageMarketClosed', [volumeId])
})

test('when no epoch is added it reverts', async () => {
  const scene = await anOpenVolume()
  await scene.viem.assertions.revertWithCustomErrorWithArgs(
    topUp(scene, 0),
    scene.market,
    'StorageMarketZeroEpochs',
    [],
  )
})

test('when the new end lies too far away it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, endEpoch } = scene
  const call = topUp(scene, 2 ** 31 - endEpoch)
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketEndTooFar', [2n ** 31n])
  const furthest = topUp(scene, 2 ** 32 - 1)
  await viem.assertions.revertWithCustomErrorWithArgs(furthest, market, 'StorageMarketEndTooFar', [
    2n ** 32n - 1n + BigInt(endEpoch),
  ])
})

test('when the grace is over it reverts, and in the epoch before it does not', async () => {
  const scene = await anOpenVolume()
  const { viem, market, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch + GRACE)
  await viem.assertions.revertWithCustomErrorWithArgs(topUp(scene, 9), market, 'StorageMarketExhausted', [
    volumeId,
    endEpoch,
  ])
  const other = await anOpenVolume()
  await toEpoch(other, endEpoch + GRACE - 1)
  await topUp(other, 9)
  assert.equal((await other.market.read.volume([volumeId])).endEpoch, endEpoch + 9)
})

test('when the new end is not past the current epoch it reverts, and one epoch more is enough', async () => {
  const scene = await anOpenVolume()
  const { viem, market, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch + 1)
  await viem.assertions.revertWithCustomErrorWithArgs(topUp(scene, 1), market, 'StorageMarketTopUpTooShort', [
    volumeId,
    endEpoch + 1,
    endEpoch + 1,
  ])
  assert.equal((await topUp(scene, 2)).paid, PER_EPOCH * 2n)
})

test("when the price exceeds the caller's maximum it reverts, and at the maximum it does not", async () => {
  const scene = await anOpenVolume()
  const call = topUp(scene, 1, PER_EPOCH - 1n)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.market, 'StorageMarketPriceTooHigh', [
    PER_EPOCH,
    PER_EPOCH - 1n,
  ])
  assert.equal((await topUp(scene, 1, PER_EPOCH)).paid, PER_EPOCH)
})

test('it takes the price of the added epochs and moves the end', async () => {
  const scene = await anOpenVolume()
  const { volumeId, endEpoch, market } = scene
  const { hash, paid } = await topUp(scene, 5)
  assert.equal(paid, PER_EPOCH * 5n)
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(EPOCHS + 5))
  assert.equal((await market.read.volume([volumeId])).endEpoch, endEpoch + 5)
  assert.deepEqual(await marketEvents(scene, hash), [
    { eventName: 'VolumeToppedUp', args: { volumeId, endEpoch: endEpoch + 5, pricePerEpoch: PER_EPOCH } },
  ])
})

test('it settles first what is over', async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId, openedEpoch } = scene
  await passEpochs(scene)
  const epoch = await passProven(scene, holders.slice(0, 2), [])
  const { hash, paid } = await topUp(scene, 1)
  assert.equal(paid, PER_EPOCH)
  const settled = (await marketEvents(scene, hash)).filter(({ eventName }) => eventName === 'SlotSettled')
  assert.deepEqual(
    settled.map(({ args }) => args),
    holders.map(({ operator }, slot) => {
      const price = priceOf(slot) * BigInt(SECTORS)
      const proven = slot < 2 ? 1 : 0
      const [paidOut, refunded] = [price * BigInt(proven), price * BigInt(2 - proven)]
      const provenEpochs = proven
      return {
        volumeId,
        slot,
        provider: operator,
        fromEpoch: openedEpoch + 1,
        toEpoch: epoch,
        provenEpochs,
        paid: paidOut,
        refunded,
      }
    }),
  )
  const refunds = PER_EPOCH * 2n - (priceOf(0) + priceOf(1)) * BigInt(SECTORS)
  assert.equal(await market.read.credit([owner.account.address]), refunds)
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(EPOCHS - 1))
})

test('an ask that has changed is not taken over before its notice is over', async () => {
  const scene = await anOpenVolume()
  const { operator, wallet } = scene.holders[0]!
  await scene.registry.write.setAsk([operator, priceOf(0) * 3n, 1000, 1], { account: wallet.account })
  await passEpochs(scene, NOTICE - 1)
  assert.equal((await topUp(scene, 2)).paid, PER_EPOCH * 2n)
  await passEpochs(scene, 1)
  const risen = PER_EPOCH + priceOf(0) * 2n * BigInt(SECTORS)
  assert.equal(await scene.market.read.quote([scene.holders.map((holder) => holder.operator), SECTORS]), risen)
})

test('a risen ask costs the difference for the epochs paid already, but not for the current one', async () => {
  const scene = await anOpenVolume()
  const { holders, market, volumeId } = scene
  const risen = await reprice(scene, priceOf(0) * 3n)
  const epochsAfterCurrent = BigInt(EPOCHS - NOTICE)
  const { hash, paid } = await topUp(scene, 3)
  assert.equal(paid, (risen - PER_EPOCH) * epochsAfterCurrent + risen * 3n)
  assert.deepEqual((await marketEvents(scene, hash)).at(-1)?.args, {
    volumeId,
    endEpoch: scene.endEpoch + 3,
    pricePerEpoch: risen,
  })
  // The current epoch at the old price, the next one at the new.
  await passProven(scene, [holders[0]!], [holders[0]!])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * 4n * BigInt(SECTORS))
})

test('a fallen ask credits what it leaves over', async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId } = scene
  const fallen = await reprice(scene, 0n)
  const saved = (PER_EPOCH - fallen) * BigInt(EPOCHS - NOTICE)
  const unproven = PER_EPOCH * BigInt(NOTICE - 1)
  const { paid } = await topUp(scene, 1)
  assert.ok(saved > fallen)
  assert.equal(paid, 0n)
  assert.equal(await market.read.credit([owner.account.address]), saved - fallen + unproven)
  // The provider still earns the old price in the epoch that was running, and nothing after it.
  await passProven(scene, [holders[0]!], [holders[0]!])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * BigInt(SECTORS))
})

test("a second top-up in an epoch leaves the current epoch's price alone", async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId } = scene
  const risen = await reprice(scene, priceOf(0) * 3n)
  await topUp(scene, 3)
  assert.equal((await topUp(scene, 2)).paid, risen * 2n)
  const slot = await market.read.slotOf([volumeId, 0])
  assert.equal(slot.pricePerEpoch, priceOf(0) * BigInt(SECTORS))
  assert.equal(slot.nextPricePerEpoch, priceOf(0) * 3n * BigInt(SECTORS))
  await passProven(scene, [holders[0]!])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * BigInt(SECTORS))
})

test('within the grace it takes the epochs missed and the current one at the old price, and pays the proven ones', async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch - NOTICE)
  const risen = await reprice(scene, priceOf(0) * 3n)
  // Both epochs of the grace: the first slot proves them, the others do not.
  await passProven(scene, [holders[0]!])
  const { paid } = await topUp(scene, 5)
  assert.equal(paid, PER_EPOCH * 2n + risen * 3n)
  assert.equal(await market.read.credit([owner.account.address]), PER_EPOCH * BigInt(EPOCHS))
  await passProven(scene, [holders[0]!])
  await market.write.settle([volumeId, 0b111])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * BigInt(SECTORS) * 2n)
  const refunds = (priceOf(1) + priceOf(2)) * BigInt(SECTORS) * 2n
  assert.equal(await market.read.credit([owner.account.address]), PER_EPOCH * BigInt(EPOCHS) + refunds)
  assert.equal(await escrowOf(scene, volumeId), risen * 3n)
  const owed = priceOf(0) * BigInt(SECTORS) * 2n + PER_EPOCH * BigInt(EPOCHS) + refunds + risen * 3n
  assert.equal(await held(scene), owed)
})
