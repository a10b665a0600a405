// open, refused
// ├── when the slots are not k data and m parity slots of 1 to 32 providers → reverts StorageMarketSlotCount
// ├── when the size is zero                        → reverts StorageMarketZeroCapacity
// ├── when no epoch is paid for                    → reverts StorageMarketZeroEpochs
// ├── when no session key is named                 → reverts StorageMarketZeroSessionKey
// ├── when a provider is named twice               → reverts StorageMarketDuplicateProvider
// ├── when the end lies too far away               → reverts StorageMarketEndTooFar
// ├── when a provider is not registered            → reverts ProviderRegistryUnknown
// ├── when a provider has not enough free          → reverts ProviderRegistryNotEnoughFree
// ├── when the slots are smaller than a provider takes → reverts ProviderRegistryBelowMinimum
// ├── when a provider's stake does not cover it    → reverts ProviderRegistryStakeTooLow
// ├── when a book cannot hold the sectors          → reverts ProofOfStorageBookFull
// ├── when the price exceeds the caller's maximum  → reverts StorageMarketPriceTooHigh
// └── when the caller has not allowed the transfer → reverts ERC20InsufficientAllowance
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEther } from 'viem'
import { currentEpoch, passEpochs } from '../fixtures/epochs.ts'
import { aProvider, FREE_SECTORS, fund, STAKE } from '../fixtures/providers.ts'
import { openParams } from '../fixtures/volumes.ts'
import { aMarket, priceOf, pricePerEpoch, SECTORS } from './fixtures/a-market.ts'

const MAX_BOOK_SECTORS = 2 ** 28 - 1

test('when the slots are not k data and m parity slots of 1 to 32 providers it reverts', async () => {
  const { viem, market, owner, providers } = await aMarket()
  const [first, second] = providers
  for (const [k, m, named] of [
    [0, 0, []],
    [0, 1, [first!]],
    [1, 0, []],
    [1, 1, [first!]],
    [1, 0, [first!, second!]],
    [255, 255, [first!]],
    [1, 32, Array.from({ length: 33 }, () => first!)],
  ] as const) {
    const call = market.write.open([{ ...openParams({ providers: named }), k, m }], { account: owner.account })
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketSlotCount', [
      BigInt(k),
      BigInt(m),
      BigInt(named.length),
    ])
  }
})

test('when the size is zero it reverts', async () => {
  const { viem, market, owner, providers } = await aMarket()
  const call = market.write.open([openParams({ providers, sectors: 0 })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketZeroCapacity', [])
})

test('when no epoch is paid for it reverts', async () => {
  const { viem, market, owner, providers } = await aMarket()
  const call = market.write.open([openParams({ providers, epochs: 0 })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketZeroEpochs', [])
})

test('when no session key is named it reverts', async () => {
  const { viem, market, owner, providers } = await aMarket()
  const params = openParams({ providers, sessionKey: '0x0000000000000000000000000000000000000000' })
  const call = market.write.open([params], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketZeroSessionKey', [])
})

test('when a provider is named twice, wherever it stands, it reverts', async () => {
  const { viem, market, owner, providers } = await aMarket()
  for (let position = 1; position < providers.length; position++) {
    const named = providers.with(position, providers[0]!)
    const call = market.write.open([openParams({ providers: named })], { account: owner.account })
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketDuplicateProvider', [
      providers[0]!.operator,
    ])
  }
})

test('when the end lies too far away it reverts, and one epoch nearer it does not', async () => {
  const storgo = await aMarket()
  const { viem, market, owner, providers, token } = storgo
  const room = 2 ** 31 - 1 - ((await currentEpoch(storgo)) + 1)
  const params = (epochs: number) => openParams({ providers: providers.slice(0, 1), sectors: 1, epochs })
  const call = market.write.open([params(room + 1)], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketEndTooFar', [2n ** 31n])
  await token.write.transfer([owner.account.address, parseEther('10000')])
  await market.write.open([params(room)], { account: owner.account })
  assert.equal((await market.read.volume([1n])).endEpoch, 2 ** 31 - 1)
})

test('when a provider is not registered it reverts', async () => {
  const { viem, market, registry, owner, providers, stranger } = await aMarket()
  const operator = stranger.account.address
  const params = openParams({ providers: [providers[0]!, { operator }] })
  const call = market.write.open([params], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [
    stranger.account.address,
  ])
})

test('when a provider has not enough free it reverts', async () => {
  const { viem, market, registry, owner, providers } = await aMarket()
  const { operator, wallet } = providers[1]!
  await registry.write.setAsk([operator, priceOf(1), 5, 1], { account: wallet.account })
  const call = market.write.open([openParams({ providers, sectors: 6 })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotEnoughFree', [operator, 6, 5])
})

test('when the slots are smaller than a provider takes it reverts', async () => {
  const { viem, market, registry, owner, providers } = await aMarket()
  const { operator, wallet } = providers[1]!
  await registry.write.setAsk([operator, priceOf(1), 100, 8], { account: wallet.account })
  const call = market.write.open([openParams({ providers, sectors: 7 })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryBelowMinimum', [operator, 7, 8])
})

test("when a provider's stake does not cover the sectors it reverts", async () => {
  const { viem, market, registry, owner, providers } = await aMarket()
  const sectors = 10_001 * 1024
  const call = market.write.open([openParams({ providers, sectors })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeTooLow', [
    providers[0]!.operator,
    STAKE,
    parseEther('100010'),
  ])
})

test('when a book cannot hold the sectors it reverts, and it holds 2^28 - 1', async () => {
  const storgo = await aMarket()
  const { viem, market, proofs, registry, owner } = storgo
  const provider = await aProvider(storgo, 20, { price: 1n, free: 2 ** 32 - 1 })
  await fund(storgo, provider.wallet, parseEther('3000000'))
  await registry.write.addStake([provider.operator, parseEther('3000000')], { account: provider.wallet.account })
  const open = (sectors: number) =>
    market.write.open([openParams({ providers: [provider], sectors })], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(open(MAX_BOOK_SECTORS + 1), proofs, 'ProofOfStorageBookFull', [
    BigInt(MAX_BOOK_SECTORS) + 1n,
  ])
  await open(MAX_BOOK_SECTORS)
  await viem.assertions.revertWithCustomErrorWithArgs(open(1), proofs, 'ProofOfStorageBookFull', [
    BigInt(MAX_BOOK_SECTORS) + 1n,
  ])
  await passEpochs(storgo)
  assert.equal(await proofs.read.billedSectors([provider.operator]), MAX_BOOK_SECTORS)
})

test("when the price exceeds the caller's maximum it reverts, and at the maximum it does not", async () => {
  const storgo = await aMarket()
  const { viem, market, owner, providers } = storgo
  const price = pricePerEpoch(6, SECTORS)
  const params = (maxPricePerEpoch: bigint) => openParams({ providers, sectors: SECTORS, maxPricePerEpoch })
  const call = market.write.open([params(price - 1n)], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketPriceTooHigh', [price, price - 1n])
  await market.write.open([params(price)], { account: owner.account })
  assert.equal(await market.read.volumeCount(), 1n)
})

test('when the caller has not allowed the transfer it reverts and nothing is reserved', async () => {
  const storgo = await aMarket()
  const { viem, market, token, registry, proofs, stranger, providers } = storgo
  await token.write.transfer([stranger.account.address, parseEther('1')])
  const call = market.write.open([openParams({ providers })], { account: stranger.account })
  await viem.assertions.revertWithCustomError(call, token, 'ERC20InsufficientAllowance')
  assert.equal(await market.read.volumeCount(), 0n)
  assert.equal((await registry.read.provider([providers[0]!.operator])).freeSectors, FREE_SECTORS)
  assert.equal(await proofs.read.bookSize([providers[0]!.operator]), 0)
})
