// volume, slots, slotOf, volumeCount, quote, credit, earnings
// ├── when there is no such volume → volume, slots and slotOf revert StorageMarketUnknownVolume
// ├── when there is no such slot   → slotOf reverts StorageMarketSlotUnknown
// ├── when a quoted provider is not registered → quote reverts ProviderRegistryUnknown
// ├── quote adds up the asks in force
// ├── volumeCount counts every volume ever opened; ids follow it
// ├── slotOf gives what slots gives
// ├── escrow is what is funded and not settled, and does not move by itself
// └── credit and earnings of strangers are zero
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { currentEpoch, passEpochs } from '../fixtures/epochs.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { aMarket, anOpenVolume, EPOCHS, PER_EPOCH, priceOf, pricePerEpoch, SECTORS } from './fixtures/a-market.ts'
import { escrowOf } from './fixtures/balances.ts'

test('when there is no such volume they revert', async () => {
  const { viem, market } = await anOpenVolume()
  for (const volumeId of [0n, 2n, 2n ** 64n - 1n]) {
    for (const call of [
      market.read.volume([volumeId]),
      market.read.slots([volumeId]),
      market.read.slotOf([volumeId, 0]),
    ]) {
      await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [volumeId])
    }
  }
})

test('when there is no such slot slotOf reverts', async () => {
  const { viem, market, volumeId } = await anOpenVolume()
  for (const slot of [3, 32, 255]) {
    const call = market.read.slotOf([volumeId, slot])
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketSlotUnknown', [volumeId, slot])
  }
})

test('when a quoted provider is not registered it reverts', async () => {
  const { viem, market, registry, providers, stranger } = await aMarket()
  const call = market.read.quote([[providers[0]!.operator, stranger.account.address], 1])
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [
    stranger.account.address,
  ])
})

test('quote adds up the asks in force', async () => {
  const scene = await aMarket()
  const { market, registry, providers } = scene
  const operators = providers.map(({ operator }) => operator)
  assert.equal(await market.read.quote([[], 5]), 0n)
  assert.equal(await market.read.quote([operators, 5]), pricePerEpoch(6, 5))
  const { operator, wallet } = providers[5]!
  await registry.write.setAsk([operator, 2n ** 64n - 1n, 0, 1], { account: wallet.account })
  assert.equal(await market.read.quote([operators, 5]), pricePerEpoch(6, 5))
  await passEpochs(scene, 2)
  // The greatest price and size do not overflow.
  const greatest = pricePerEpoch(5, 2 ** 32 - 1) + (2n ** 64n - 1n) * (2n ** 32n - 1n)
  assert.equal(await market.read.quote([operators, 2 ** 32 - 1]), greatest)
})

test('volumeCount counts every volume ever opened; ids follow it', async () => {
  const scene = await aMarket()
  const { market, owner, providers } = scene
  assert.equal(await market.read.volumeCount(), 0n)
  assert.equal(await openVolume(scene, { owner, providers }), 1n)
  await market.write.close([1n], { account: owner.account })
  assert.equal(await openVolume(scene, { owner, providers }), 2n)
  assert.equal(await market.read.volumeCount(), 2n)
  assert.equal((await market.read.volume([1n])).closed, true)
  assert.equal((await market.read.volume([2n])).closed, false)
})

test('slotOf gives what slots gives, before and after a change', async () => {
  const scene = await anOpenVolume()
  const { market, owner, volumeId } = scene
  const same = async () => {
    const slots = await market.read.slots([volumeId])
    for (const [slot, expected] of slots.entries()) {
      assert.deepEqual(await market.read.slotOf([volumeId, slot]), expected)
    }
    return slots
  }
  await same()
  await passEpochs(scene)
  const epoch = await currentEpoch(scene)
  await market.write.resize([volumeId, 9, maxUint256], { account: owner.account })
  for (const [slot, { pricePerEpoch: price, nextPricePerEpoch, changeEpoch }] of (await same()).entries()) {
    assert.equal(price, priceOf(slot) * BigInt(SECTORS))
    assert.equal(nextPricePerEpoch, priceOf(slot) * 9n)
    assert.equal(changeEpoch, epoch + 1)
  }
})

test('escrow is what is funded and not settled, and does not move by itself', async () => {
  const scene = await anOpenVolume()
  const { market, volumeId } = scene
  await passEpochs(scene, 4)
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(EPOCHS))
  await market.write.settle([volumeId, 0b001])
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(EPOCHS) - priceOf(0) * BigInt(SECTORS) * 3n)
  await passEpochs(scene, 40)
  await market.write.settle([volumeId, 0b110])
  assert.equal(await escrowOf(scene, volumeId), 0n)
})

test('credit and earnings of strangers are zero', async () => {
  const { market, stranger } = await anOpenVolume()
  assert.equal(await market.read.credit([stranger.account.address]), 0n)
  assert.equal(await market.read.earnings([stranger.account.address]), 0n)
})
