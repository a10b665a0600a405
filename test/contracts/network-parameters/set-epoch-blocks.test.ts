// setEpochBlocks
// ├── when the caller is not the timelock       → reverts OwnableUnauthorizedAccount
// ├── when the length is out of bounds          → reverts NetworkParametersEpochBlocksOutOfBounds
// ├── when the seed leaves no block for a proof → reverts NetworkParametersSeedAfterEpoch
// ├── emits EpochBlocksChanged with the next epoch
// └── the current epoch keeps its length, the next one begins where it was to begin
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { account, EPOCH_BLOCKS } from '../fixtures/network.ts'
import { aTimelocked, SEED_DELAY } from './fixtures/unstarted.ts'

test('when the caller is not the timelock it reverts, for the deployer too', async () => {
  const chain = await aTimelocked()
  const { viem, parameters } = chain
  for (const { account: caller } of [account(chain, 0), account(chain, 1)]) {
    const call = parameters.write.setEpochBlocks([50], { account: caller })
    await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'OwnableUnauthorizedAccount', [
      getAddress(caller.address),
    ])
  }
})

test('when the length is out of bounds it reverts, and it takes the bounds', async () => {
  const { viem, parameters, fromTimelock } = await aTimelocked()
  const set = (length: number) => parameters.write.setEpochBlocks([length], { account: fromTimelock })
  await parameters.write.set([SEED_DELAY, 1n], { account: fromTimelock })
  for (const length of [0, 3, 1_000_001, 2 ** 32 - 1]) {
    const error = [length, 4, 1_000_000] as const
    const call = set(length)
    await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersEpochBlocksOutOfBounds', [
      ...error,
    ])
  }
  await set(1_000_000)
  await set(4)
})

test('when the seed leaves no block for a proof it reverts, by the delay of the next epoch', async () => {
  const { viem, parameters, fromTimelock } = await aTimelocked()
  await parameters.write.set([SEED_DELAY, 10n], { account: fromTimelock })
  const call = parameters.write.setEpochBlocks([12], { account: fromTimelock })
  await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersSeedAfterEpoch', [10, 12])
  await parameters.write.setEpochBlocks([13], { account: fromTimelock })
})

test('the current epoch keeps its length and the next one begins where it was to begin', async () => {
  const chain = await aTimelocked()
  const { viem, parameters, networkHelpers, fromTimelock } = chain
  const epoch = await passEpochs(chain)
  const first = await parameters.read.firstBlock([epoch])
  const next = first + BigInt(EPOCH_BLOCKS)
  const sent = parameters.write.setEpochBlocks([7], { account: fromTimelock })
  await viem.assertions.emitWithArgs(sent, parameters, 'EpochBlocksChanged', [7, epoch + 1])
  assert.equal(await parameters.read.firstBlock([epoch + 1]), next)
  assert.equal(await parameters.read.firstBlock([epoch + 2]), next + 7n)
  await networkHelpers.mineUpTo(next - 1n)
  assert.deepEqual([await parameters.read.currentEpoch(), await parameters.read.epochBlocks()], [epoch, EPOCH_BLOCKS])
  await networkHelpers.mine()
  assert.deepEqual([await parameters.read.currentEpoch(), await parameters.read.epochBlocks()], [epoch + 1, 7])
  await networkHelpers.mine(7)
  assert.equal(await parameters.read.currentEpoch(), epoch + 2)
})

test('the last of several changes in one epoch counts', async () => {
  const chain = await aTimelocked()
  const { parameters, fromTimelock } = chain
  const epoch = await passEpochs(chain)
  for (const length of [7, 500, 11]) await parameters.write.setEpochBlocks([length], { account: fromTimelock })
  const first = await parameters.read.firstBlock([epoch + 1])
  assert.equal(first, (await parameters.read.firstBlock([epoch])) + BigInt(EPOCH_BLOCKS))
  assert.equal(await parameters.read.firstBlock([epoch + 2]), first + 11n)
})
