// expire
// ├── when there is no such volume             → reverts StorageMarketUnknownVolume
// ├── when the volume is closed or has expired → reverts StorageMarketClosed
// ├── when the grace is not over               → reverts StorageMarketNotExpired
// └── when the grace is over, whoever calls
//     ├── settles every slot up to the funded end; what was proven after it is not paid
//     └── gives the sectors back and takes the slots off the books from the next epoch on
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { FREE_SECTORS } from '../fixtures/providers.ts'
import { anOpenVolume, EPOCHS, PER_EPOCH, priceOf, SECTORS } from './fixtures/a-market.ts'
import { escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven } from './fixtures/prove-epochs.ts'

const GRACE = 2

test('when there is no such volume it reverts', async () => {
  const { viem, market } = await anOpenVolume()
  const call = market.write.expire([2n])
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [2n])
})

test('when the volume is closed or has expired it reverts', async () => {
  const { viem, market, owner, volumeId } = await anOpenVolume()
  await market.write.close([volumeId], { account: owner.account })
  const closed = market.write.expire([volumeId])
  await viem.assertions.revertWithCustomErrorWithArgs(closed, market, 'StorageMarketClosed', [volumeId])
  const other = await anOpenVolume()
  await toEpoch(other, other.endEpoch + GRACE)
  await other.market.write.expire([volumeId])
  const expired = other.market.write.expire([volumeId])
  await viem.assertions.revertWithCustomErrorWithArgs(expired, market, 'StorageMarketClosed', [volumeId])
})

test('when the grace is not over it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, volumeId, endEpoch } = scene
  for (const epoch of [endEpoch - 1, endEpoch, endEpoch + GRACE - 1]) {
    await toEpoch(scene, epoch)
    const call = market.write.expire([volumeId])
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotExpired', [
      volumeId,
      endEpoch + GRACE,
      epoch,
    ])
  }
})

test('it settles every slot up to the funded end; what was proven after it is not paid', async () => {
  const scene = await anOpenVolume()
  const { market, owner, stranger, holders, volumeId, openedEpoch, endEpoch } = scene
  await toEpoch(scene, endEpoch - 2)
  await passProven(scene, holders, holders.slice(0, 1), holders, holders)
  const hash = await market.write.expire([volumeId], { account: stranger.account })
  const events = await marketEvents(scene, hash)
  assert.equal(events.length, 4)
  for (const [slot, { operator }] of holders.entries()) {
    const price = priceOf(slot) * BigInt(SECTORS)
    const provenEpochs = slot === 0 ? 2 : 1
    assert.deepEqual(events[slot], {
      eventName: 'SlotSettled',
      args: {
        volumeId,
        slot,
        provider: operator,
        fromEpoch: openedEpoch + 1,
        toEpoch: endEpoch,
        provenEpochs,
        paid: price * BigInt(provenEpochs),
        refunded: price * BigInt(EPOCHS - provenEpochs),
      },
    })
  }
  assert.deepEqual(events[3], { eventName: 'VolumeExpired', args: { volumeId, endEpoch } })
  const earned = PER_EPOCH + priceOf(0) * BigInt(SECTORS)
  assert.equal(await market.read.credit([owner.account.address]), PER_EPOCH * BigInt(EPOCHS) - earned)
  assert.equal(await escrowOf(scene, volumeId), 0n)
  assert.equal(await held(scene), PER_EPOCH * BigInt(EPOCHS))
  assert.equal((await market.read.volume([volumeId])).closed, true)
})

test('it gives the sectors back and takes the slots off the books from the next epoch on', async () => {
  const scene = await anOpenVolume()
  const { viem, market, proofs, registry, holders, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch + GRACE)
  const hash = await market.write.expire([volumeId])
  for (const [slot, { operator }] of holders.entries()) {
    await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [operator, volumeId, slot, 0])
    const { freeSectors, billedSectors } = await registry.read.provider([operator])
    assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: FREE_SECTORS, billedSectors: 0 })
    assert.equal(await proofs.read.billedSectors([operator]), SECTORS)
  }
  await passEpochs(scene)
  for (const { operator } of holders) assert.equal(await proofs.read.billedSectors([operator]), 0)
})
