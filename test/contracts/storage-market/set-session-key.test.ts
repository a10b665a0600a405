// setSessionKey
// ├── when there is no such volume     → reverts StorageMarketUnknownVolume
// ├── when the caller is not the owner → reverts StorageMarketNotOwner
// ├── when the volume is closed        → reverts StorageMarketClosed
// ├── when no key is named             → reverts StorageMarketZeroSessionKey
// └── names the next generation's key at once and keeps the older ones
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SESSION_ADDRESS } from '../fixtures/volumes.ts'
import { addressOf, anOpenVolume } from './fixtures/a-market.ts'
import { marketEvents } from './fixtures/market-events.ts'

const EXPIRY = 5_000_000_000n

test('when there is no such volume it reverts', async () => {
  const { viem, market, owner, stranger } = await anOpenVolume()
  const call = market.write.setSessionKey([2n, addressOf(stranger), EXPIRY], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketUnknownVolume', [2n])
})

test('when the caller is not the owner it reverts', async () => {
  const { viem, market, volumeId, stranger } = await anOpenVolume()
  const call = market.write.setSessionKey([volumeId, addressOf(stranger), EXPIRY], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketNotOwner', [
    volumeId,
    addressOf(stranger),
  ])
})

test('when the volume is closed it reverts', async () => {
  const { viem, market, owner, stranger, volumeId } = await anOpenVolume()
  await market.write.close([volumeId], { account: owner.account })
  const call = market.write.setSessionKey([volumeId, addressOf(stranger), EXPIRY], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketClosed', [volumeId])
})

test('when no key is named it reverts', async () => {
  const { viem, market, owner, volumeId } = await anOpenVolume()
  const nobody = '0x0000000000000000000000000000000000000000'
  const call = market.write.setSessionKey([volumeId, nobody, EXPIRY], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketZeroSessionKey', [])
})

test("it names the next generation's key at once and keeps the older ones", async () => {
  const scene = await anOpenVolume()
  const { market, proofs, owner, stranger, volumeId } = scene
  const keys = [addressOf(stranger), addressOf(owner)]
  for (const [index, key] of keys.entries()) {
    const hash = await market.write.setSessionKey([volumeId, key, EXPIRY + BigInt(index)], { account: owner.account })
    assert.deepEqual(await marketEvents(scene, hash), [
      {
        eventName: 'SessionKeyChanged',
        args: { volumeId, generation: index + 2, key, expiry: EXPIRY + BigInt(index) },
      },
    ])
    assert.equal((await market.read.volume([volumeId])).generation, index + 2)
  }
  assert.deepEqual(await proofs.read.sessionKey([volumeId, 1]), [SESSION_ADDRESS, 4_000_000_000n])
  assert.deepEqual(await proofs.read.sessionKey([volumeId, 2]), [keys[0], EXPIRY])
  assert.deepEqual(await proofs.read.sessionKey([volumeId, 3]), [keys[1], EXPIRY + 1n])
})
