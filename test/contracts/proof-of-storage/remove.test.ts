// remove
// ├── when the caller is not the market → reverts NotMarket
// ├── keeps the position and its weight in the current epoch, emits BookChanged with 0
// ├── weighs nothing from the next epoch on
// └── undoes a slot that joined in the same epoch
import assert from 'node:assert/strict'
import { test } from 'node:test'
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
  const call = proofs.write.remove([[A], [0]], { account: caller })
  const args: [Address] = [getAddress(caller.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageNotMarket', args)
})

test('it keeps the position and its weight in the current epoch, and weighs nothing after it', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs, asMarket } = storgo
  await proofs.write.join([[A, B], 5n, 7], asMarket)
  await proofs.write.join([[A], 6n, 2], asMarket)
  await passEpochs(storgo)
  const hash = await proofs.write.remove(
    [
      [A, B],
      [0, 0],
    ],
    asMarket,
  )
  await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [A, 5n, 0, 0])
  await viem.assertions.emitWithArgs(hash, proofs, 'BookChanged', [B, 5n, 1, 0])
  const left = { position: 0, volumeId: 5n, slot: 0, n: 2, floor: 0n, nextFloor: 0n, nextSectors: 0 }
  assert.deepEqual((await readBook(storgo, A))[0], { ...left, frozenSectors: 7 })
  assert.equal(await proofs.read.billedSectors([A]), 9)
  await passEpochs(storgo)
  assert.deepEqual((await readBook(storgo, A))[0], { ...left, frozenSectors: 0 })
  assert.equal(await proofs.read.billedSectors([A]), 2)
  assert.equal(await proofs.read.billedSectors([B]), 0)
  assert.equal(await proofs.read.bookSize([A]), 2)
})

test('it undoes a slot that joined in the same epoch', async () => {
  const storgo = await aMarketCaller()
  const { proofs, asMarket } = storgo
  await proofs.write.join([[A, A, A, A], 5n, 7], asMarket)
  await proofs.write.remove(
    [
      [A, A, A],
      [3, 0, 1],
    ],
    asMarket,
  )
  assert.equal(await proofs.read.billedSectors([A]), 0)
  await passEpochs(storgo)
  assert.equal(await proofs.read.billedSectors([A]), 7)
  const next = (await readBook(storgo, A)).map(({ frozenSectors }) => frozenSectors)
  assert.deepEqual(next, [0, 0, 7, 0])
})
