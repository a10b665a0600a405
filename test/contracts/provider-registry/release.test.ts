// release
// ├── when the caller is not the market               → reverts ProviderRegistryNotMarket
// ├── when an operator is not registered              → reverts ProviderRegistryUnknown
// ├── when more is given back than is billed          → reverts
// ├── moves sectors from billed to free at each
// └── never fails because the ask is at its type's limit
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { STAKE } from '../fixtures/providers.ts'
import { anOffer, OFFER, sectorsOf } from './fixtures/offers.ts'

test('when the caller is not the market it reverts', async () => {
  const { viem, registry, operator } = await anOffer()
  const wallet = (await viem.getWalletClients())[2]!
  const call = registry.write.release([[operator], 1], { account: wallet.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotMarket', [
    getAddress(wallet.account.address),
  ])
})

test('when an operator is not registered it reverts', async () => {
  const { viem, registry, fromMarket, stranger } = await anOffer()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.release([[unknown], 0], { account: fromMarket })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when more is given back than is billed it reverts', async () => {
  const { viem, registry, operator, fromMarket } = await anOffer()
  await registry.write.reserve([[operator], 10], { account: fromMarket })
  await viem.assertions.revert(registry.write.release([[operator], 11], { account: fromMarket }))
})

test('it moves sectors from billed to free at each, so that they can be sold again', async () => {
  const offer = await anOffer()
  const { registry, operator, second, fromMarket } = offer
  await registry.write.reserve([[operator, second], 400], { account: fromMarket })
  await registry.write.release([[operator, second], 400], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: OFFER.free, billedSectors: 0 })
  assert.deepEqual(await sectorsOf(offer, second), { stake: STAKE, freeSectors: 400, billedSectors: 0 })
  await registry.write.reserve([[second], 400], { account: fromMarket })
})

test('it leaves price, least size and announcement alone', async () => {
  const { registry, operator, fromMarket, owner } = await anOffer()
  await registry.write.reserve([[operator], 10], { account: fromMarket })
  await registry.write.setAsk([operator, 99n, 7, 6], { account: owner.account })
  await registry.write.release([[operator], 10], { account: fromMarket })
  const { freeSectors, minSectors, pricePerSectorEpoch, nextPrice } = await registry.read.provider([operator])
  assert.deepEqual([freeSectors, minSectors, pricePerSectorEpoch, nextPrice], [17, 6, OFFER.price, 99n])
})

test('an ask at the limit of its type takes back no more than fits', async () => {
  const offer = await anOffer()
  const { registry, operator, fromMarket, owner } = offer
  await registry.write.reserve([[operator], 10], { account: fromMarket })
  await registry.write.setAsk([operator, 1n, 2 ** 32 - 5, 1], { account: owner.account })
  await registry.write.release([[operator], 10], { account: fromMarket })
  assert.deepEqual(await sectorsOf(offer, operator), { stake: STAKE, freeSectors: 2 ** 32 - 1, billedSectors: 0 })
})
