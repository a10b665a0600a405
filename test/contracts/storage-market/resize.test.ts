// resize
// ├── when there is no such volume                → reverts StorageMarketUnknownVolume
// ├── when the caller is not the owner            → reverts StorageMarketNotOwner
// ├── when the volume is closed                   → reverts StorageMarketClosed
// ├── when the new size is zero                   → reverts StorageMarketZeroCapacity
// ├── when the funded end has passed              → reverts StorageMarketUnfunded
// ├── when a provider has not enough free         → reverts ProviderRegistryNotEnoughFree
// ├── when a provider's stake does not cover it   → reverts ProviderRegistryStakeTooLow
// ├── when the price exceeds the caller's maximum → reverts StorageMarketPriceTooHigh
// ├── when it grows
// │   ├── takes the difference for the epochs after the current one
// │   ├── samples and pays at the new size from the next epoch on, at the old one until then
// │   └── takes the sectors from every ask
// ├── when it shrinks
// │   ├── credits the difference and gives the sectors back, also below a provider's least size
// │   └── still samples the old size until the epoch ends
// ├── when the ask has changed: takes it over
// ├── a second one in an epoch replaces the first
// ├── in the opening epoch it acts as if opened with the new size
// └── in the last epoch paid for it costs nothing yet
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256, parseEther } from 'viem'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { FREE_SECTORS, STAKE } from '../fixtures/providers.ts'
import {
  anOpenVolume,
  EPOCHS,
  type OpenVolume,
  PER_EPOCH,
  priceOf,
  pricePerEpoch,
  SECTORS,
  SLOTS,
} from './fixtures/a-market.ts'
import { balanceOf, escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven } from './fixtures/prove-epochs.ts'

/** Resizes as the owner. @returns what that took from the owner, and the transaction. */
async function resize(scene: OpenVolume, sectors: number, maxPricePerEpoch = maxUint256) {
  const { market, owner, volumeId } = scene
  const before = await balanceOf(scene, owner.account.address)
  const hash = await market.write.resize([volumeId, sectors, maxPricePerEpoch], { account: owner.account })
  return { hash, paid: before - (await balanceOf(scene, owner.account.address)) }
}

/** The first slot's weight in its provider's book, now and from the next epoch on. */
async function weights({ proofs, holders }: OpenVolume) {
  const [entry] = await proofs.read.book([holders[0]!.operator, 0, 1])
  return { frozen: entry?.frozenSectors, next: entry?.nextSectors }
}

test('when there is no such volume it reverts', async () => {
  const { viem, market, owner } = await anOpenVolume()
  const call = market.write.resize([2n, 8, maxUint256], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [2n])
})

test('when the caller is not the owner it reverts', async () => {
  const { viem, market, volumeId, stranger } = await anOpenVolume()
  const call = market.write.resize([volumeId, 8, maxUint256], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotOwner', [
    volumeId,
    stranger.account.address,
  ])
})

test('when the volume is closed it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, owner, volumeId } = scene
  await market.write.close([volumeId], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(resize(scene, 8), market, 'StorageMarketClosed', [volumeId])
})

test('when the new size is zero it reverts', async () => {
  const scene = await anOpenVolume()
  const call = resize(scene, 0)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.market, 'StorageMarketZeroCapacity', [])
})

test('when the funded end has passed it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch)
  await viem.assertions.revertWithCustomErrorWithArgs(resize(scene, 8), market, 'StorageMarketUnfunded', [
    volumeId,
    endEpoch,
  ])
})

test('when a provider has not enough free it reverts', async () => {
  const scene = await anOpenVolume()
  const { operator, wallet } = scene.holders[2]!
  await scene.registry.write.setAsk([operator, priceOf(2), 5, 1], { account: wallet.account })
  const call = resize(scene, SECTORS + 6)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.registry, 'ProviderRegistryNotEnoughFree', [
    operator,
    6,
    5,
  ])
  await resize(scene, SECTORS + 5)
})

test("when a provider's stake does not cover it it reverts", async () => {
  const scene = await anOpenVolume()
  const call = resize(scene, 10_001 * 1024)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.registry, 'ProviderRegistryStakeTooLow', [
    scene.holders[0]!.operator,
    STAKE,
    parseEther('100010'),
  ])
})

test("when the price exceeds the caller's maximum it reverts, and at the maximum it does not", async () => {
  const scene = await anOpenVolume()
  const price = pricePerEpoch(SLOTS, 8)
  const call = resize(scene, 8, price - 1n)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.market, 'StorageMarketPriceTooHigh', [
    price,
    price - 1n,
  ])
  await resize(scene, 8, price)
})

test('when it grows it takes the difference for the epochs after the current one', async () => {
  const scene = await anOpenVolume()
  const { volumeId, endEpoch, market, holders, registry } = scene
  await passEpochs(scene)
  const { hash, paid } = await resize(scene, 10)
  const grown = pricePerEpoch(SLOTS, 10)
  assert.equal(paid, (grown - PER_EPOCH) * BigInt(EPOCHS - 1))
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH + grown * BigInt(EPOCHS - 1))
  const { sectors, endEpoch: end } = await market.read.volume([volumeId])
  assert.deepEqual({ sectors, end }, { sectors: 10, end: endEpoch })
  assert.deepEqual(await marketEvents(scene, hash), [
    { eventName: 'VolumeResized', args: { volumeId, sectors: 10, pricePerEpoch: grown } },
  ])
  for (const [slot, { operator }] of holders.entries()) {
    await scene.viem.assertions.emitWithArgs(hash, scene.proofs, 'BookChanged', [operator, volumeId, slot, 10])
    const { freeSectors, billedSectors } = await registry.read.provider([operator])
    assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: FREE_SECTORS - 10, billedSectors: 10 })
  }
})

test('it samples and pays at the new size from the next epoch on, at the old one until then', async () => {
  const scene = await anOpenVolume()
  const { market, proofs, holders, volumeId } = scene
  const holder = holders[0]!
  await passEpochs(scene)
  await resize(scene, 10)
  assert.deepEqual(await weights(scene), { frozen: SECTORS, next: 10 })
  assert.equal(await proofs.read.billedSectors([holder.operator]), SECTORS)
  await passProven(scene, [holder])
  assert.deepEqual(await weights(scene), { frozen: 10, next: 10 })
  await passProven(scene, [], [holder])
  const hash = await market.write.settle([volumeId, 1])
  const price = priceOf(0)
  assert.equal(await market.read.earnings([holder.operator]), price * 4n + price * 10n)
  const [{ args } = { args: undefined }] = await marketEvents(scene, hash)
  assert.deepEqual(args, {
    volumeId,
    slot: 0,
    provider: holder.operator,
    fromEpoch: scene.openedEpoch + 1,
    toEpoch: scene.openedEpoch + 4,
    provenEpochs: 2,
    paid: price * 14n,
    refunded: price * 10n,
  })
})

test("when it shrinks it credits the difference and gives the sectors back, also below a provider's least size", async () => {
  const scene = await anOpenVolume()
  const { market, registry, owner, holders, volumeId } = scene
  const { operator, wallet } = holders[0]!
  await registry.write.setAsk([operator, priceOf(0), 100, SECTORS], { account: wallet.account })
  await passEpochs(scene)
  const { paid } = await resize(scene, 1)
  const shrunk = pricePerEpoch(SLOTS, 1)
  assert.equal(paid, 0n)
  assert.equal(await market.read.credit([owner.account.address]), (PER_EPOCH - shrunk) * BigInt(EPOCHS - 1))
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH + shrunk * BigInt(EPOCHS - 1))
  const { freeSectors, billedSectors } = await registry.read.provider([operator])
  assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: 100 + SECTORS - 1, billedSectors: 1 })
  assert.deepEqual(await weights(scene), { frozen: SECTORS, next: 1 })
})

test('it takes over an ask that has changed', async () => {
  const scene = await anOpenVolume()
  const { registry, holders } = scene
  const { operator, wallet } = holders[1]!
  await registry.write.setAsk([operator, 5n, 1000, 1], { account: wallet.account })
  await passEpochs(scene, 1)
  const early = await resize(scene, SECTORS + 1)
  assert.equal(early.paid, pricePerEpoch(SLOTS, 1) * BigInt(EPOCHS - 1))
  await passEpochs(scene, 1)
  const { hash } = await resize(scene, SECTORS)
  const price = PER_EPOCH + (5n - priceOf(1)) * BigInt(SECTORS)
  assert.deepEqual((await marketEvents(scene, hash)).at(-1)?.args, {
    volumeId: scene.volumeId,
    sectors: SECTORS,
    pricePerEpoch: price,
  })
})

test('a second resize in an epoch replaces the first and leaves the current epoch alone', async () => {
  const scene = await anOpenVolume()
  const { market, owner, holders, volumeId } = scene
  await passEpochs(scene)
  const { paid } = await resize(scene, 20)
  await resize(scene, 2)
  assert.deepEqual(await weights(scene), { frozen: SECTORS, next: 2 })
  const shrunk = pricePerEpoch(SLOTS, 2)
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH + shrunk * BigInt(EPOCHS - 1))
  const credit = await market.read.credit([owner.account.address])
  assert.equal(credit - paid, (PER_EPOCH - shrunk) * BigInt(EPOCHS - 1))
  await passProven(scene, [holders[0]!], [holders[0]!])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * BigInt(SECTORS + 2))
})

test('in the opening epoch it acts as if the volume had been opened with the new size', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId } = scene
  const { paid } = await resize(scene, 6)
  assert.equal(paid, pricePerEpoch(SLOTS, 2) * BigInt(EPOCHS))
  assert.deepEqual(await weights(scene), { frozen: 0, next: 6 })
  await passEpochs(scene)
  await passProven(scene, [holders[0]!])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([holders[0]!.operator]), priceOf(0) * 6n)
  assert.equal(await held(scene), pricePerEpoch(SLOTS, 6) * BigInt(EPOCHS))
})

test('in the last epoch paid for it costs nothing yet, and a top-up then pays the new size', async () => {
  const scene = await anOpenVolume()
  const { market, owner, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch - 1)
  assert.equal((await resize(scene, 8)).paid, 0n)
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH)
  await toEpoch(scene, endEpoch)
  const before = await balanceOf(scene, owner.account.address)
  await market.write.topUp([volumeId, 2, maxUint256], { account: owner.account })
  assert.equal(before - (await balanceOf(scene, owner.account.address)), pricePerEpoch(SLOTS, 8) * 2n)
})
