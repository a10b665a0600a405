// setWeight
// ├── when the caller is not the market         → reverts NotMarket
// ├── when a book would exceed 2^28 - 1 sectors → reverts BookFull
// ├── counts from the next epoch on and emits BookChanged
// └── of several in one epoch the last counts, and none before the next epoch
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_SECTORS } from '@storgo/protocol'
import { type Address, getAddress } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { readBook } from './fixtures/a-book.ts'
import { aMarketCaller } from './fixtures/market-caller.ts'

const [A, B] = ['a1', 'b2'].map((end) => getAddress(`0x${end.padStart(40, '0')}`)) as [Address, Address]

test('when the caller is not the market it reverts', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs, asMarket } = storgo
  await proofs.write.join([[A], 1n, 1], asMarket)
  const caller = account(storgo, 0).account
  const call = proofs.write.setWeight([[A], [0], 2], { account: caller })
  const args: [Address] = [getAddress(caller.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageNotMarket', args)
})

test('when a book would exceed 2^28 - 1 sectors it reverts', async () => {
  const { viem, proofs, asMarket } = await aMarketCaller()
  await proofs.write.join([[A, A], 1n, 7], asMarket)
  const call = proofs.write.setWeight([[A], [1], MAX_SECTORS - 6], asMarket)
  const args: [bigint] = [BigInt(MAX_SECTORS + 1)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageBookFull', args)
  await proofs.write.setWeight([[A], [1], MAX_SECTORS - 7], asMarket)
})

test('it counts from the next epoch on and emits BookChanged', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs, asMarket } = storgo
  await proofs.write.join([[A, B], 5n, 7], asMarket)
  await passEpochs(storgo)
  const hash = await proofs.write.setWeight([[B, A], [0, 0], 11], asMarket)
  await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [A, 5n, 0, 11])
  await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [B, 5n, 1, 11])
  for (const provider of [A, B]) assert.equal(await proofs.read.billedSectors([provider]), 7)
  await passEpochs(storgo)
  for (const provider of [A, B]) assert.equal(await proofs.read.billedSectors([provider]), 11)
})

test('of several in one epoch the last counts, and none before the next epoch', async () => {
  const storgo = await aMarketCaller()
  const { proofs, asMarket } = storgo
  await proofs.write.join([[A], 5n, 7], asMarket)
  await passEpochs(storgo)
  for (const sectors of [100, 1, MAX_SECTORS, 9]) {
    await proofs.write.setWeight([[A], [0], sectors], asMarket)
    const [entry] = await readBook(storgo, A)
    assert.deepEqual([entry?.frozenSectors, entry?.nextSectors], [7, sectors])
    assert.equal(await proofs.read.billedSectors([A]), 7)
  }
  await passEpochs(storgo, 3)
  assert.equal(await proofs.read.billedSectors([A]), 9)
})
