// dismiss
// ├── when there is no such volume, or it is closed      → reverts StorageMarketUnknownVolume, StorageMarketClosed
// ├── when the caller is not the owner                   → reverts StorageMarketNotOwner
// ├── when there is no such slot                         → reverts StorageMarketSlotUnknown
// ├── when it has been dismissed, also epochs ago        → reverts StorageMarketSlotVacant
// ├── when fewer than the quorum's slots would remain    → reverts StorageMarketTooFewSlots
// ├── when the volume is past its funded end             → reverts StorageMarketUnfunded
// ├── settles what is over, credits the slot's later epochs, emits SlotDismissed and keeps the current one
// │   └── which is paid if it is proven, and refunded if not
// ├── makes the slot vacant from the next epoch on, and frees ask and book as closing does
// ├── names the provider as the slot's former one from then on
// ├── in the opening epoch the slot never costs anything
// ├── what comes later leaves it out: settling, topping up, resizing, closing
// └── past the grace a vacant slot's settlement expires the volume as any other's does
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, maxUint256, zeroAddress } from 'viem'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { FREE_SECTORS } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { aMarket, EPOCHS, type Market, priceOf, pricePerEpoch, SECTORS } from './fixtures/a-market.ts'
import { escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven, proveEpoch } from './fixtures/prove-epochs.ts'

const K = 2
const N = 6
const QUORUM = 4
const ALL = 2 ** N - 1
const PER_EPOCH = pricePerEpoch(N, SECTORS)
const GRACE = 2
const slotPrice = (slot: number): bigint => priceOf(slot) * BigInt(SECTORS)

/** 2 + 4 slots at six providers. */
async function aWideVolume() {
  const market = await aMarket()
  const { owner, providers } = market
  const volumeId = await openVolume(market, { owner, providers, k: K, sectors: SECTORS, epochs: EPOCHS })
  const { openedEpoch, endEpoch } = await market.market.read.volume([volumeId])
  return { ...market, volumeId, openedEpoch, endEpoch }
}

type WideVolume = Market & { volumeId: bigint }

const dismiss = ({ market, owner, volumeId }: WideVolume, slot: number) =>
  market.write.dismiss([volumeId, slot], { account: owner.account })

const creditOf = ({ market, owner }: WideVolume) => market.read.credit([owner.account.address])

test('when there is no such volume, or it is closed, it reverts', async () => {
  const scene = await aWideVolume()
  const { viem, market, owner, volumeId } = scene
  const unknown = dismiss({ ...scene, volumeId: 2n }, 0)
  await viem.assertions.revertWithCustomErrorWithArgs(unknown, market, 'StorageMarketUnknownVolume', [2n])
  await market.write.close([volumeId], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(dismiss(scene, 0), market, 'StorageMarketClosed', [volumeId])
})

test('when the caller is not the owner it reverts, for the provider too', async () => {
  const { viem, market, providers, stranger, volumeId } = await aWideVolume()
  for (const { account } of [stranger, providers[0]!.wallet]) {
    const call = market.write.dismiss([volumeId, 0], { account })
    const error = [volumeId, getAddress(account.address)] as const
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotOwner', [...error])
  }
})

test('when there is no such slot it reverts', async () => {
  const scene = await aWideVolume()
  const { viem, market, volumeId } = scene
  for (const slot of [N, 32, 255]) {
    const call = dismiss(scene, slot)
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketSlotUnknown', [volumeId, slot])
  }
})

test('when it has been dismissed it reverts, at once and epochs later', async () => {
  const scene = await aWideVolume()
  const { viem, market, volumeId } = scene
  await dismiss(scene, 3)
  for (const _ of [0, 1, 2]) {
    const call = dismiss(scene, 3)
    await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketSlotVacant', [volumeId, 3])
    await market.write.settle([volumeId, ALL])
    await passEpochs(scene)
  }
})

test("when fewer than the quorum's slots would remain it reverts", async () => {
  const scene = await aWideVolume()
  const { viem, market, volumeId } = scene
  await dismiss(scene, 0)
  await passEpochs(scene)
  await dismiss(scene, 5)
  const error = [volumeId, BigInt(QUORUM - 1), BigInt(QUORUM)] as const
  await viem.assertions.revertWithCustomErrorWithArgs(dismiss(scene, 1), market, 'StorageMarketTooFewSlots', [...error])
})

test('when the volume is past its funded end it reverts', async () => {
  const scene = await aWideVolume()
  const { viem, market, volumeId, endEpoch } = scene
  await toEpoch(scene, endEpoch)
  const call = dismiss(scene, 0)
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnfunded', [volumeId, endEpoch])
})

test("it settles what is over, credits the slot's later epochs and keeps the current one", async () => {
  const scene = await aWideVolume()
  const { market, providers, volumeId, endEpoch } = scene
  await passEpochs(scene)
  const epoch = await passProven(scene, providers)
  const hash = await dismiss(scene, 1)
  const refunded = slotPrice(1) * BigInt(endEpoch - epoch - 1)
  const events = await marketEvents(scene, hash)
  assert.deepEqual(
    events.map(({ eventName }) => eventName),
    [...Array(N).fill('SlotSettled'), 'SlotDismissed'],
  )
  const provider = providers[1]!.operator
  const args = { volumeId, slot: 1, provider, fromEpoch: epoch + 1, refunded }
  assert.deepEqual(events.at(-1), { eventName: 'SlotDismissed', args })
  assert.equal(await creditOf(scene), refunded)
  assert.equal(await market.read.earnings([provider]), slotPrice(1))
  assert.equal(await escrowOf(scene, volumeId), PER_EPOCH * BigInt(endEpoch - epoch) - refunded)
  assert.equal(await held(scene), PER_EPOCH * BigInt(EPOCHS))
})

for (const proves of [true, false]) {
  test(`its last epoch is ${proves ? 'paid if it is proven' : 'refunded if it is not proven'}`, async () => {
    const scene = await aWideVolume()
    const { market, providers, volumeId } = scene
    const provider = providers[1]!.operator
    const epoch = await passEpochs(scene)
    await dismiss(scene, 1)
    const before = await creditOf(scene)
    await proveEpoch(scene, proves ? providers : [])
    await passEpochs(scene, 3)
    const [settled] = await marketEvents(scene, await market.write.settle([volumeId, 0b10]))
    const [paid, refunded] = proves ? [slotPrice(1), 0n] : [0n, slotPrice(1)]
    const provenEpochs = proves ? 1 : 0
    const span = { fromEpoch: epoch, toEpoch: epoch + 1, provenEpochs, paid, refunded }
    assert.deepEqual(settled, { eventName: 'SlotSettled', args: { volumeId, slot: 1, provider, ...span } })
    assert.equal(await market.read.earnings([provider]), paid)
    assert.equal((await creditOf(scene)) - before, refunded)
    assert.deepEqual(await marketEvents(scene, await market.write.settle([volumeId, 0b10])), [])
  })
}

test('it makes the slot vacant from the next epoch on, and frees ask and book as closing does', async () => {
  const scene = await aWideVolume()
  const { viem, market, proofs, registry, providers, volumeId } = scene
  const { operator } = providers[4]!
  await passEpochs(scene)
  const before = await market.read.slotOf([volumeId, 4])
  const hash = await dismiss(scene, 4)
  await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [operator, volumeId, 4, 0])
  const { freeSectors, billedSectors } = await registry.read.provider([operator])
  assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: FREE_SECTORS, billedSectors: 0 })
  assert.equal(await proofs.read.billedSectors([operator]), SECTORS)
  const leaving = await market.read.slotOf([volumeId, 4])
  assert.deepEqual([leaving.provider, leaving.pricePerEpoch], [before.provider, before.nextPricePerEpoch])
  assert.deepEqual(
    (await market.read.quorumOf([volumeId]))[1],
    providers.map((one) => one.operator),
  )

  await passEpochs(scene)
  assert.equal(await proofs.read.billedSectors([operator]), 0)
  const [quorum, holders, positions] = await market.read.quorumOf([volumeId])
  assert.deepEqual([quorum, positions], [QUORUM, Array(N).fill(0)])
  assert.deepEqual(
    holders,
    providers.map((one, slot) => (slot === 4 ? zeroAddress : one.operator)),
  )
  for (const slot of [await market.read.slotOf([volumeId, 4]), (await market.read.slots([volumeId]))[4]!]) {
    assert.deepEqual([slot.provider, slot.bookIndex, slot.nextPricePerEpoch], [zeroAddress, 0, 0n])
  }
})

test('it names the provider as the former one, up to the epoch in which the slot becomes vacant, also after settling', async () => {
  const scene = await aWideVolume()
  const { market, providers, volumeId } = scene
  const formers = async () =>
    (await market.read.slots([volumeId])).map((slot) => `${slot.formerProvider} ${slot.formerUntilEpoch}`)
  const none = Array(N).fill(`${zeroAddress} 0`)
  assert.deepEqual(await formers(), none)
  const epoch = await passEpochs(scene)
  await dismiss(scene, 4)
  const left = none.with(4, `${providers[4]!.operator} ${epoch + 1}`)
  assert.deepEqual(await formers(), left)
  await passEpochs(scene, 3)
  await market.write.settle([volumeId, ALL])
  assert.deepEqual(await formers(), left)
})

test('in the opening epoch the slot never costs anything', async () => {
  const scene = await aWideVolume()
  const { market, owner, providers, volumeId } = scene
  await dismiss(scene, 0)
  assert.equal(await creditOf(scene), slotPrice(0) * BigInt(EPOCHS))
  await passProven(scene, [])
  await market.write.topUp([volumeId, 1, maxUint256], { account: owner.account })
  assert.equal((await market.read.slotOf([volumeId, 0])).provider, zeroAddress)
  await passProven(scene, providers.slice(1))
  await market.write.settle([volumeId, ALL])
  assert.equal(await market.read.earnings([providers[0]!.operator]), 0n)
})

test('what comes later leaves it out: topping up, resizing, closing', async () => {
  const scene = await aWideVolume()
  const { market, proofs, registry, owner, providers, volumeId } = scene
  const { operator } = providers[2]!
  const by = { account: owner.account }
  await passEpochs(scene)
  await dismiss(scene, 2)
  const rest = PER_EPOCH - slotPrice(2)
  const [toppedUp] = (await marketEvents(scene, await market.write.topUp([volumeId, 3, rest], by))).slice(-1)
  assert.equal(toppedUp?.eventName, 'VolumeToppedUp')
  const [resized] = (
    await marketEvents(scene, await market.write.resize([volumeId, SECTORS * 2, rest * 2n], by))
  ).slice(-1)
  assert.deepEqual(resized, {
    eventName: 'VolumeResized',
    args: { volumeId, sectors: SECTORS * 2, pricePerEpoch: rest * 2n },
  })
  await passProven(scene, providers)
  assert.equal(await proofs.read.billedSectors([operator]), 0)
  await market.write.resize([volumeId, SECTORS * 3, rest * 3n], by)
  assert.equal((await registry.read.provider([operator])).billedSectors, 0)
  assert.equal((await market.read.slotOf([volumeId, 2])).provider, zeroAddress)
  await market.write.close([volumeId], by)
  assert.equal((await registry.read.provider([operator])).freeSectors, FREE_SECTORS)
  assert.equal(await market.read.earnings([operator]), slotPrice(2))
  await passEpochs(scene)
  await market.write.settle([volumeId, ALL])
  assert.equal(await escrowOf(scene, volumeId), 0n)
})

test("past the grace a vacant slot's settlement expires the volume as any other's does", async () => {
  const scene = await aWideVolume()
  const { market, volumeId, endEpoch } = scene
  await passEpochs(scene)
  await dismiss(scene, 5)
  await passEpochs(scene)
  await market.write.settle([volumeId, 0b100000])
  await toEpoch(scene, endEpoch + GRACE)
  await market.write.settle([volumeId, 0b100000])
  assert.equal((await market.read.volume([volumeId])).closed, true)
  assert.equal(await escrowOf(scene, volumeId), 0n)
})
