// resize
// ├── when the caller is not the market → reverts ProviderRegistryNotMarket
// ├── when a slot grows
// │   ├── by more than is free                     → reverts ProviderRegistryNotEnoughFree
// │   ├── beyond what the stake covers             → reverts ProviderRegistryStakeTooLow
// │   └── moves the difference, whatever the least size of a new slot
// ├── when it shrinks → gives the difference back, also where the stake no longer covers it
// └── returns the prices in force
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { STAKE } from '../fixtures/providers.ts'
import { anOffer, OFFER, sectorsOf } from './fixtures/offers.ts'
import { changeParameter } from './fixtures/parameter.ts'

/** 50 sectors are reserved at both providers. */
async function aReservation() {
  const offer = await anOffer()
  await offer.registry.write.reserve([[offer.operator, offer.second], 50], { account: offer.fromMarket })
  return offer
}

test('when the caller is not the market it reverts', async () => {
  const { viem, registry, operator, owner } = await aReservation()
  const call = registry.write.resize([[operator], 50, 40], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotMarket', [
    getAddress(owner.account.address),
  ])
})

test('when a slot grows by more than is free it reverts', async () => {
  const { viem, registry, second, fromMarket } = await aReservation()
  const call = registry.write.resize([[second], 50, 401], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotEnoughFree', [
    second,
    351,
    350,
  ])
})

test('when a slot grows beyond what the stake covers it reverts', async () => {
  const offer = await aReservation()
  const { viem, registry, operator, fromMarket } = offer
  await changeParameter(offer, 'stakePerGiB', 10_000n * 10n ** 18n)
  await changeParameter(offer, 'minimumStake', STAKE)
  // 10 000 STOR a GiB: 100 000 STOR would cover ten.
  await offer.registry.write.setAsk([operator, OFFER.price, 20_000, 1], { account: offer.owner.account })
  await registry.write.resize([[operator], 50, 10_240], { account: fromMarket })
  const call = registry.write.resize([[operator], 10_240, 10_241], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeTooLow', [
    operator,
    STAKE,
    STAKE + (10_000n * 10n ** 18n) / 1024n,
  ])
})

test('when a slot grows it moves the difference, though it is below the least size of a new slot', async () => {
  const offer = await aReservation()
  const { registry, operator, fromMarket } = offer
  await registry.write.resize([[operator], 50, 51], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: OFFER.free - 51, billedSectors: 51 })
})

test('when a slot shrinks it gives the difference back at each', async () => {
  const offer = await aReservation()
  const { registry, operator, second, fromMarket } = offer
  await registry.write.resize([[operator, second], 50, 1], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: OFFER.free - 1, billedSectors: 1 })
  assert.deepEqual(await sectorsOf(offer, second), { stake: STAKE, freeSectors: 399, billedSectors: 1 })
})

test('a slot may shrink where the stake has fallen below the minimum', async () => {
  const offer = await aReservation()
  const { registry, operator, fromMarket } = offer
  await changeParameter(offer, 'minimumStake', 2n * STAKE)
  await registry.write.resize([[operator], 50, 20], { account: fromMarket })
  assert.equal((await sectorsOf(offer, operator)).billedSectors, 20)
})

test('it returns the prices in force, growing, shrinking and staying', async () => {
  const { registry, operator, second, fromMarket, owner } = await aReservation()
  await registry.write.setAsk([operator, 99n, OFFER.free, OFFER.least], { account: owner.account })
  for (const size of [49, 50, 51]) {
    const { result } = await registry.simulate.resize([[second, operator], 50, size], { account: fromMarket })
    assert.deepEqual(result, [8n, OFFER.price])
  }
})
