// join
// ├── when the caller is not the market         → reverts NotMarket
// ├── when a book would exceed 2^28 - 1 sectors → reverts BookFull, and no slot joins
// ├── gives provider j slot j at the end of its book, billed from the next epoch on, and emits BookChanged
// ├── returns positions that belong to each provider's own book
// └── takes over a position that left in an earlier epoch, the oldest first, and never one of this epoch
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_SECTORS } from '@storgo/protocol'
import { type Address, getAddress } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { readBook } from './fixtures/a-book.ts'
import { aMarketCaller } from './fixtures/market-caller.ts'

const [A, B, C] = ['a1', 'b2', 'c3'].map((end) => getAddress(`0x${end.padStart(40, '0')}`)) as [
  Address,
  Address,
  Address,
]

test('when the caller is not the market it reverts', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs } = storgo
  const caller = account(storgo, 0).account
  const call = proofs.write.join([[A], 1n, 1], { account: caller })
  const args: [Address] = [getAddress(caller.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageNotMarket', args)
})

test('when a book would exceed 2^28 - 1 sectors it reverts and no slot joins', async () => {
  const { viem, proofs, asMarket } = await aMarketCaller()
  await proofs.write.join([[B], 1n, MAX_SECTORS - 5], asMarket)
  const call = proofs.write.join([[A, B, C], 2n, 6], asMarket)
  const args: [bigint] = [BigInt(MAX_SECTORS + 1)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageBookFull', args)
  assert.equal(await proofs.read.bookSize([A]), 0)
  await proofs.write.join([[A, B, C], 2n, 5], asMarket)
})

test('it gives provider j slot j, billed from the next epoch on, and emits BookChanged', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs, asMarket } = storgo
  await proofs.write.join([[A], 8n, 2], asMarket)
  const providers = [B, A, C]
  const { result } = await proofs.simulate.join([providers, 9n, 4], asMarket)
  const positions = [0, 1, 0]
  assert.deepEqual(result, positions)
  const hash = await proofs.write.join([providers, 9n, 4], asMarket)
  for (const [slot, provider] of providers.entries()) {
    await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [provider, 9n, slot, 4])
    const joined = { position: positions[slot]!, volumeId: 9n, slot, n: 3, floor: 0n, nextFloor: 0n }
    const entries = await readBook(storgo, provider)
    assert.deepEqual(entries.at(-1), { ...joined, frozenSectors: 0, nextSectors: 4 })
  }
  assert.equal(await proofs.read.billedSectors([A]), 0)
  await passEpochs(storgo)
  assert.equal(await proofs.read.billedSectors([A]), 6)
  assert.equal(await proofs.read.billedSectors([C]), 4)
})

test('it takes over a position that left in an earlier epoch, the oldest first, and never one of this epoch', async () => {
  const storgo = await aMarketCaller()
  const { proofs, asMarket } = storgo
  const join = async (volumeId: bigint): Promise<number> => {
    const { result } = await proofs.simulate.join([[A], volumeId, 3], asMarket)
    await proofs.write.join([[A], volumeId, 3], asMarket)
    return result[0]!
  }
  for (let volumeId = 1n; volumeId <= 6n; volumeId++) assert.equal(await join(volumeId), Number(volumeId) - 1)
  await passEpochs(storgo)
  await proofs.write.remove(
    [
      [A, A],
      [4, 1],
    ],
    asMarket,
  )
  assert.equal(await join(7n), 6)
  await passEpochs(storgo)
  await proofs.write.remove([[A], [0]], asMarket)
  assert.equal(await join(8n), 4)
  assert.equal(await join(9n), 1)
  assert.equal(await join(10n), 7)
  await passEpochs(storgo)
  assert.equal(await join(11n), 0)
  const volumes = (await readBook(storgo, A)).map(({ volumeId }) => volumeId)
  assert.deepEqual(volumes, [11n, 9n, 3n, 4n, 8n, 6n, 7n, 10n])
})
