// reserve
// ├── when the caller is not the market               → reverts ProviderRegistryNotMarket
// ├── when an operator is not registered              → reverts ProviderRegistryUnknown
// ├── when more than its free sectors are asked for   → reverts ProviderRegistryNotEnoughFree
// ├── when fewer than its least are                   → reverts ProviderRegistryBelowMinimum
// ├── when its stake does not cover all billed GiB    → reverts ProviderRegistryStakeTooLow
// ├── when its stake is below the minimum             → reverts ProviderRegistryStakeTooLow
// ├── when one of several cannot, none does
// └── moves sectors from free to billed at each and returns the prices in force
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { account } from '../fixtures/network.ts'
import { STAKE } from '../fixtures/providers.ts'
import { anOffer, OFFER, sectorsOf } from './fixtures/offers.ts'
import { changeParameter, parameter } from './fixtures/parameter.ts'

test('when the caller is not the market it reverts, for the contract owner too', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, owner, stranger } = offer
  for (const { account: caller } of [owner, stranger, account(offer, 0)]) {
    const call = registry.write.reserve([[operator], 10], { account: caller })
    await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotMarket', [
      getAddress(caller.address),
    ])
  }
})

test('when an operator is not registered it reverts', async () => {
  const { viem, registry, operator, fromMarket, stranger } = await anOffer()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.reserve([[operator, unknown], 10], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when more than its free sectors are asked for it reverts, and all of them may be', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, fromMarket } = offer
  const call = registry.write.reserve([[operator], OFFER.free + 1], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotEnoughFree', [
    operator,
    OFFER.free + 1,
    OFFER.free,
  ])
  await registry.write.reserve([[operator], OFFER.free], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: 0, billedSectors: OFFER.free })
})

test('what is sold is free no more', async () => {
  const { viem, registry, operator, fromMarket } = await anOffer()
  await registry.write.reserve([[operator], OFFER.free - 10], { account: fromMarket })
  const call = registry.write.reserve([[operator], 11], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotEnoughFree', [
    operator,
    11,
    10,
  ])
})

test('when fewer than its least are asked for it reverts, and the least may be', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, fromMarket } = offer
  const call = registry.write.reserve([[operator], OFFER.least - 1], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryBelowMinimum', [
    operator,
    OFFER.least - 1,
    OFFER.least,
  ])
  await registry.write.reserve([[operator], OFFER.least], { account: fromMarket })
  assert.equal((await sectorsOf(offer, operator)).billedSectors, OFFER.least)
})

test('when its stake does not cover the sectors billed before and now it reverts, at one sector more', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, fromMarket, owner } = offer
  const perGiB = await parameter(offer, 'stakePerGiB')
  const covered = Number((STAKE * 1024n) / perGiB)
  await registry.write.setAsk([operator, 1n, covered + 1, 1], { account: owner.account })
  await registry.write.reserve([[operator], covered - 5], { account: fromMarket })
  const call = registry.write.reserve([[operator], 6], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeTooLow', [
    operator,
    STAKE,
    STAKE + (perGiB + 1023n) / 1024n,
  ])
  await registry.write.reserve([[operator], 5], { account: fromMarket })
  assert.equal((await sectorsOf(offer, operator)).billedSectors, covered)
})

test('when its stake has gone or fallen below the minimum it reverts', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, second, fromMarket, owner } = offer
  const minimum = await parameter(offer, 'minimumStake')
  await registry.write.startUnbonding([operator, STAKE], { account: owner.account })
  const call = registry.write.reserve([[operator], 10], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeTooLow', [
    operator,
    0n,
    minimum,
  ])
  await changeParameter(offer, 'minimumStake', STAKE + 1n)
  const other = registry.write.reserve([[second], 10], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(other, registry, 'ProviderRegistryStakeTooLow', [
    second,
    STAKE,
    STAKE + 1n,
  ])
})

test('when one of several cannot, none does', async () => {
  const offer = await anOffer()
  const { viem, registry, operator, second, fromMarket } = offer
  const before = await sectorsOf(offer, operator)
  const call = registry.write.reserve([[operator, second], 401], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotEnoughFree', [
    second,
    401,
    400,
  ])
  assert.deepEqual(await sectorsOf(offer, operator), before)
})

test('it moves sectors from free to billed at each', async () => {
  const offer = await anOffer()
  const { registry, operator, second, fromMarket } = offer
  await registry.write.reserve([[operator, second], 40], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: OFFER.free - 40, billedSectors: 40 })
  assert.deepEqual(await sectorsOf(offer, second), { stake: STAKE, freeSectors: 360, billedSectors: 40 })
})

test('it returns the prices in force, whatever has been announced, and keeps the announcement', async () => {
  const offer = await anOffer()
  const { registry, operator, second, fromMarket, owner } = offer
  await registry.write.setAsk([operator, 99n, OFFER.free, OFFER.least], { account: owner.account })
  const { result } = await registry.simulate.reserve([[second, operator], 40], { account: fromMarket })
  assert.deepEqual(result, [8n, OFFER.price])
  await registry.write.reserve([[operator], 40], { account: fromMarket })
  const { minSectors, pricePerSectorEpoch, nextPrice } = await registry.read.provider([operator])
  assert.deepEqual([minSectors, pricePerSectorEpoch, nextPrice], [OFFER.least, OFFER.price, 99n])
})
