// open, when all is well (open-refused.test.ts has what it reverts for)
// ├── takes exactly price × sectors × epochs from the caller
// ├── records the volume, its slots and its session key
// ├── announces volume, session key and every book's change
// ├── takes the sectors from every provider's ask
// ├── bills and samples from the next epoch on
// └── works for one slot and for 32
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentEpoch, passEpochs } from '../fixtures/epochs.ts'
import { FREE_SECTORS } from '../fixtures/providers.ts'
import { openParams, openVolume, SESSION_ADDRESS } from '../fixtures/volumes.ts'
import {
  addressOf,
  aMarket,
  aMarketOf32,
  EPOCHS,
  PER_EPOCH,
  priceOf,
  pricePerEpoch,
  SECTORS,
} from './fixtures/a-market.ts'
import { balanceOf, escrowOf, held } from './fixtures/balances.ts'
import { marketEvents } from './fixtures/market-events.ts'
import { passProven, proveEpoch } from './fixtures/prove-epochs.ts'

test('it takes exactly price × sectors × epochs from the caller', async () => {
  const storgo = await aMarket()
  const { owner, providers } = storgo
  const before = await balanceOf(storgo, owner.account.address)
  const volumeId = await openVolume(storgo, {
    owner,
    providers: providers.slice(0, 3),
    sectors: SECTORS,
    epochs: EPOCHS,
  })
  const paid = before - (await balanceOf(storgo, owner.account.address))
  assert.equal(paid, PER_EPOCH * BigInt(EPOCHS))
  assert.equal(await held(storgo), paid)
  assert.equal(await escrowOf(storgo, volumeId), paid)
})

test('it records the volume, its slots and its session key', async () => {
  const storgo = await aMarket()
  const { market, proofs, owner, providers } = storgo
  const epoch = await passEpochs(storgo, 3)
  const volumeId = await openVolume(storgo, { owner, providers, k: 4, sectors: SECTORS, epochs: EPOCHS })
  assert.equal(volumeId, 1n)
  assert.deepEqual(await market.read.volume([volumeId]), {
    owner: addressOf(owner),
    k: 4,
    m: 2,
    sectors: SECTORS,
    generation: 1,
    openedEpoch: epoch,
    endEpoch: epoch + 1 + EPOCHS,
    closed: false,
    escrow: pricePerEpoch(6, SECTORS) * BigInt(EPOCHS),
  })
  const slots = await market.read.slots([volumeId])
  assert.deepEqual(
    slots.map(({ provider, settledEpoch, bookIndex, nextPricePerEpoch }) => ({
      provider,
      settledEpoch,
      bookIndex,
      nextPricePerEpoch,
    })),
    providers.map(({ operator }, index) => ({
      provider: operator,
      settledEpoch: epoch + 1,
      bookIndex: 0,
      nextPricePerEpoch: priceOf(index) * BigInt(SECTORS),
    })),
  )
  assert.ok(slots.every(({ changeEpoch }) => changeEpoch <= epoch + 1))
  assert.deepEqual(await proofs.read.sessionKey([volumeId, 1]), [SESSION_ADDRESS, 4_000_000_000n])
})

test("it announces volume, session key and every book's change", async () => {
  const storgo = await aMarket()
  const { viem, market, proofs, owner, providers } = storgo
  const endEpoch = (await currentEpoch(storgo)) + 1 + EPOCHS
  const holders = providers.slice(0, 3)
  const params = openParams({ providers: holders, k: 2, sectors: SECTORS, epochs: EPOCHS })
  const hash = await market.write.open([params], { account: owner.account })
  assert.deepEqual(await marketEvents(storgo, hash), [
    {
      eventName: 'VolumeOpened',
      args: {
        volumeId: 1n,
        owner: addressOf(owner),
        k: 2,
        m: 1,
        sectors: SECTORS,
        endEpoch,
        providers: params.providers,
      },
    },
    {
      eventName: 'SessionKeyChanged',
      args: { volumeId: 1n, generation: 1, key: SESSION_ADDRESS, expiry: 4_000_000_000n },
    },
  ])
  for (const [slot, { operator }] of holders.entries()) {
    await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [operator, 1n, slot, SECTORS])
  }
})

test("it takes the sectors from every provider's ask", async () => {
  const storgo = await aMarket()
  const { registry, owner, providers } = storgo
  await openVolume(storgo, { owner, providers, sectors: 7 })
  for (const { operator } of providers) {
    const { freeSectors, billedSectors } = await registry.read.provider([operator])
    assert.deepEqual({ freeSectors, billedSectors }, { freeSectors: FREE_SECTORS - 7, billedSectors: 7 })
  }
})

test('it bills and samples from the next epoch on', async () => {
  const storgo = await aMarket()
  const { viem, market, proofs, owner, providers } = storgo
  const holder = providers[0]!
  await openVolume(storgo, { owner, providers: [holder], sectors: SECTORS, epochs: 2 })
  const epoch = await currentEpoch(storgo)
  assert.equal(await proofs.read.billedSectors([holder.operator]), 0)
  const tooEarly = proveEpoch(storgo, [holder])
  await viem.assertions.revertWithCustomErrorWithArgs(tooEarly, proofs, 'ProofOfStorageNothingBilled', [
    holder.operator,
    epoch,
  ])

  await passEpochs(storgo)
  assert.equal(await proofs.read.billedSectors([holder.operator]), SECTORS)
  await passProven(storgo, [holder])
  await market.write.settle([1n, 1])
  assert.equal(await market.read.earnings([holder.operator]), priceOf(0) * BigInt(SECTORS))
})

test('it works for one slot and for 32', async () => {
  const storgo = await aMarketOf32()
  const { market, proofs, owner, providers } = storgo
  // Books of different lengths, so that no two of the 32 positions need be the same.
  for (let count = 1; count <= 4; count++) {
    const single = providers.slice(count * 6, count * 6 + 1)
    await openVolume(storgo, { owner, providers: single, k: 1, sectors: 1, epochs: 1 })
    await openVolume(storgo, { owner, providers: providers.slice(0, count * 7), k: 1, sectors: 1, epochs: 1 })
  }
  const volumeId = await openVolume(storgo, { owner, providers, k: 16, sectors: SECTORS, epochs: 2 })
  assert.equal(await escrowOf(storgo, volumeId), pricePerEpoch(32, SECTORS) * 2n)
  for (const [slot, { provider, bookIndex }] of (await market.read.slots([volumeId])).entries()) {
    const [entry] = await proofs.read.book([provider, bookIndex, 1])
    assert.deepEqual({ volumeId: entry?.volumeId, slot: entry?.slot, n: entry?.n }, { volumeId, slot, n: 32 })
  }
  await passEpochs(storgo)
  await passProven(storgo, providers)
  await market.write.settle([volumeId, 0xffff_ffff])
  for (const [index, { operator }] of providers.entries()) {
    assert.equal(await market.read.earnings([operator]), priceOf(index) * BigInt(SECTORS))
  }
  assert.equal(await market.read.quote([providers.map(({ operator }) => operator), 1]), pricePerEpoch(32, 1))
})
