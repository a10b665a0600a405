// withdrawEarnings
// ├── when the provider has earned nothing → reverts StorageMarketNothingToWithdraw
// └── pays all the provider has earned to its owner, once, whoever calls
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { fund, keyOf, publicKeyOf, STAKE, signConsent } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { addressOf, anOpenVolume } from './fixtures/a-market.ts'
import { balanceOf } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven } from './fixtures/prove-epochs.ts'

test('when the provider has earned nothing, or is none, it reverts', async () => {
  const { viem, market, holders, stranger } = await anOpenVolume()
  for (const provider of [holders[0]!.operator, stranger.account.address]) {
    const call = market.write.withdrawEarnings([provider])
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNothingToWithdraw', [provider])
  }
})

test('it pays all the provider has earned to its owner, once, whoever calls', async () => {
  const scene = await anOpenVolume()
  const { viem, market, registry, owner, stranger } = scene
  const [cold, key] = [account(scene, 30), keyOf(31)]
  const operator = key.address
  await fund(scene, cold, STAKE)
  const consent = await signConsent(scene, key, addressOf(cold), maxUint256)
  await registry.write.register([publicKeyOf(key), [], STAKE, maxUint256, consent], { account: cold.account })
  await registry.write.setAsk([operator, 11n, 1000, 1], { account: cold.account })
  const provider = { operator, wallet: account(scene, 31) }
  const volumeId = await openVolume(scene, { owner, providers: [provider], sectors: 13, epochs: 4 })
  await passEpochs(scene)
  await passProven(scene, [provider], [provider])
  await market.write.settle([volumeId, 1])

  const hash = await market.write.withdrawEarnings([operator], { account: stranger.account })
  const amount = 11n * 13n * 2n
  assert.deepEqual(await marketEvents(scene, hash), [
    { eventName: 'EarningsWithdrawn', args: { provider: operator, owner: addressOf(cold), amount } },
  ])
  assert.equal(await balanceOf(scene, cold.account.address), amount)
  assert.equal(await balanceOf(scene, operator), 0n)
  assert.equal(await market.read.earnings([operator]), 0n)
  const again = market.write.withdrawEarnings([operator])
  await viem.assertions.revertWithCustomErrorWithArgs(again, market, 'StorageMarketNothingToWithdraw', [operator])
})
