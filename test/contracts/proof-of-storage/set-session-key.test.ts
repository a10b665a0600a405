// setSessionKey
// ├── when the caller is not the market → reverts NotMarket
// └── names the key of one generation of one volume, beside those of the others
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, getAddress, zeroAddress } from 'viem'
import { account } from '../fixtures/network.ts'
import { aMarketCaller } from './fixtures/market-caller.ts'

const [A, B] = ['a1', 'b2'].map((end) => getAddress(`0x${end.padStart(40, '0')}`)) as [Address, Address]

test('when the caller is not the market it reverts', async () => {
  const storgo = await aMarketCaller()
  const { viem, proofs } = storgo
  const caller = account(storgo, 0).account
  const call = proofs.write.setSessionKey([1n, 1, A, 0n], { account: caller })
  const args: [Address] = [getAddress(caller.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageNotMarket', args)
})

test('it names the key of one generation of one volume, beside those of the others', async () => {
  const { proofs, asMarket } = await aMarketCaller()
  await proofs.write.setSessionKey([7n, 1, A, 5n], asMarket)
  await proofs.write.setSessionKey([7n, 2, B, 2n ** 64n - 1n], asMarket)
  assert.deepEqual(await proofs.read.sessionKey([7n, 1]), [A, 5n])
  assert.deepEqual(await proofs.read.sessionKey([7n, 2]), [B, 2n ** 64n - 1n])
  assert.deepEqual(await proofs.read.sessionKey([7n, 3]), [zeroAddress, 0n])
  assert.deepEqual(await proofs.read.sessionKey([8n, 1]), [zeroAddress, 0n])
})
