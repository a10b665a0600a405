// withdraw
// ├── when the caller has no credit → reverts StorageMarketNothingToWithdraw
// └── pays the caller's whole credit, once, and nobody else's
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fund, STAKE } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { addressOf, anOpenVolume, EPOCHS, PER_EPOCH, priceOf } from './fixtures/a-market.ts'
import { balanceOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'

test('when the caller has no credit it reverts', async () => {
  const { viem, market, stranger } = await anOpenVolume()
  const call = market.write.withdraw({ account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNothingToWithdraw', [
    stranger.account.address,
  ])
})

test("it pays the caller's whole credit, once, and nobody else's", async () => {
  const scene = await anOpenVolume()
  const { viem, market, owner, providers, volumeId } = scene
  // A provider is also a client here.
  const other = providers[5]!.wallet
  await fund(scene, other, STAKE)
  const otherVolume = await openVolume(scene, { owner: other, providers: providers.slice(0, 1), sectors: 1, epochs: 3 })
  await market.write.close([volumeId], { account: owner.account })
  await market.write.close([otherVolume], { account: other.account })

  const before = await balanceOf(scene, owner.account.address)
  const amount = PER_EPOCH * BigInt(EPOCHS)
  const hash = await market.write.withdraw({ account: owner.account })
  assert.deepEqual(await marketEvents(scene, hash), [
    { eventName: 'CreditWithdrawn', args: { account: addressOf(owner), amount } },
  ])
  assert.equal((await balanceOf(scene, owner.account.address)) - before, amount)
  assert.equal(await market.read.credit([owner.account.address]), 0n)
  assert.equal(await market.read.credit([other.account.address]), priceOf(0) * 3n)
  assert.equal(await held(scene), priceOf(0) * 3n)

  const again = market.write.withdraw({ account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(again, market, 'StorageMarketNothingToWithdraw', [
    addressOf(owner),
  ])
})
