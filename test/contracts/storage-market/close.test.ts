// close
// ├── when there is no such volume     → reverts StorageMarketUnknownVolume
// ├── when the caller is not the owner → reverts StorageMarketNotOwner
// ├── when it is closed already        → reverts StorageMarketClosed
// ├── credits the epochs after the current one, settles those before, and keeps the current one
// ├── the current epoch can still be proven and is then paid
// ├── an unproven current epoch is refunded
// ├── frees the sectors at once, and the books from the next epoch on
// ├── in the opening epoch everything comes back
// └── past the funded end nothing is due, and the end stays
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { FREE_SECTORS } from '../fixtures/providers.ts'
import { anOpenVolume, EPOCHS, type OpenVolume, PER_EPOCH, priceOf, SECTORS } from './fixtures/a-market.ts'
import { escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven, proveEpoch } from './fixtures/prove-epochs.ts'

const slotPrice = (slot: number): bigint => priceOf(slot) * BigInt(SECTORS)

const close = ({ market, owner, volumeId }: OpenVolume) => market.write.close([volumeId], { account: owner.account })

const creditOf = ({ market, owner }: OpenVolume) => market.read.credit([owner.account.address])

test('when there is no such volume it reverts', async () => {
  const { viem, market, owner } = await anOpenVolume()
  for (const volumeId of [0n, 2n]) {
    const call = market.write.close([volumeId], { account: owner.account })
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [volumeId])
  }
})

test('when the caller is not the owner it reverts', async () => {
  const { viem, market, volumeId, stranger } = await anOpenVolume()
  const call = market.write.close([volumeId], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotOwner', [
    volumeId,
    stranger.account.address,
  ])
})

test('when it is closed already it reverts', async () => {
  const scene = await anOpenVolume()
  const { viem, market, volumeId } = scene
  await close(scene)
  await viem.assertions.revertWithCustomErrorWithArgs(close(scene), market, 'StorageMarketClosed', [volumeId])
})

test('it credits the epochs after the current one, settles those before, and keeps the current one', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId, openedEpoch } = scene
  await passEpochs(scene)
  const epoch = await passProven(scene, holders.slice(0, 1), holders)
  const hash = await close(scene)

  const refunded = PER_EPOCH * BigInt(EPOCHS - 3)
  const events = await marketEvents(scene, hash)
  assert.equal(events.length, 4)
  for (const [slot, { operator }] of holders.entries()) {
    const provenEpochs = slot === 0 ? 2 : 1
    assert.deepEqual(events[slot], {
      eventName: 'SlotSettled',
      args: {
        volumeId,
        slot,
        provider: operator,
        fromEpoch: openedEpoch + 1,
        toEpoch: epoch,
        provenEpochs,
        paid: slotPrice(slot) * BigInt(provenEpochs),
        refunded: slotPrice(slot) * BigInt(2 - provenEpochs),
      },
    })
    assert.equal(await market.read.earnings([operator]), slotPrice(slot) * BigInt(provenEpochs))
  }
  assert.deepEqual(events[3], { eventName: 'VolumeClosed', args: { volumeId, endEpoch: epoch + 1, refunded } })
  assert.equal(await creditOf(scene), refunded + slotPrice(1) + slotPrice(2))
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH)
  const { closed, endEpoch } = await market.read.volume([volumeId])
  assert.deepEqual({ closed, endEpoch }, { closed: true, endEpoch: epoch + 1 })
  assert.equal(await held(scene), PER_EPOCH * BigInt(EPOCHS))
})

test('the current epoch can still be proven and is then paid, an unproven one is refunded', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId } = scene
  await passEpochs(scene)
  await close(scene)
  await proveEpoch(scene, holders.slice(0, 1))
  await market.write.settle([volumeId, 0b111])
  assert.equal(await market.read.earnings([holders[0]!.operator]), 0n)
  await passEpochs(scene)
  await market.write.settle([volumeId, 0b111])
  assert.equal(await market.read.earnings([holders[0]!.operator]), slotPrice(0))
  assert.equal(await market.read.earnings([holders[1]!.operator]), 0n)
  assert.equal(await creditOf(scene), PER_EPOCH * BigInt(EPOCHS) - slotPrice(0))
  assert.equal(await escrowOf(scene, volumeId), 0n)
})

test('it frees the sectors at once, and the books from the next epoch on', async () => {
  const scene = await anOpenVolume()
  const { viem, proofs, registry, holders, volumeId } = scene
  await passEpochs(scene)
  const hash = await close(scene)
  for (const [slot, { operator }] of holders.entries()) {
    await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [operator, volumeId, slot, 0])
    const { freeSectors, billedSectors } = await registry.read.provider([operator])
    assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: FREE_SECTORS, billedSectors: 0 })
    assert.equal(await proofs.read.billedSectors([operator]), SECTORS)
  }
  await passEpochs(scene)
  for (const { operator } of holders) assert.equal(await proofs.read.billedSectors([operator]), 0)
})

test('in the opening epoch everything comes back', async () => {
  const scene = await anOpenVolume()
  const { market, volumeId, openedEpoch } = scene
  const hash = await close(scene)
  const refunded = PER_EPOCH * BigInt(EPOCHS)
  assert.deepEqual(await marketEvents(scene, hash), [
    { eventName: 'VolumeClosed', args: { volumeId, endEpoch: openedEpoch + 1, refunded } },
  ])
  assert.equal(await creditOf(scene), refunded)
  assert.equal(await escrowOf(scene, volumeId), 0n)
  await passEpochs(scene)
  assert.deepEqual(await marketEvents(scene, await market.write.settle([volumeId, 0b111])), [])
})

test('past the funded end nothing is due, and the end stays', async () => {
  const scene = await anOpenVolume()
  const { market, holders, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch)
  await passProven(scene, holders)
  const hash = await close(scene)
  assert.deepEqual((await marketEvents(scene, hash)).at(-1), {
    eventName: 'VolumeClosed',
    args: { volumeId, endEpoch, refunded: 0n },
  })
  // Nothing was proven before the end, and what was proven after it was not paid for.
  assert.equal(await creditOf(scene), PER_EPOCH * BigInt(EPOCHS))
  assert.equal(await market.read.earnings([holders[0]!.operator]), 0n)
  assert.equal(await held(scene), PER_EPOCH * BigInt(EPOCHS))
})
