// startClock
// ├── when the caller is not the owner               → reverts OwnableUnauthorizedAccount
// ├── when the clock has been started                → reverts NetworkParametersClockAlreadySet
// ├── when the epoch's length is out of bounds       → reverts NetworkParametersEpochBlocksOutOfBounds
// ├── when the seed delay is out of bounds           → reverts NetworkParametersOutOfBounds
// ├── when the seed leaves no block for a proof      → reverts NetworkParametersSeedAfterEpoch
// ├── starts epoch 0 in its own block and emits EpochBlocksChanged and ParameterChanged
// ├── before it, whatever needs the clock            → reverts NetworkParametersClockNotSet
// └── the clock itself takes orders from the parameters alone, and starts once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, parseEther } from 'viem'
import { anUnstarted, PROOF_SAMPLES, SEED_DELAY } from './fixtures/unstarted.ts'

/** Parameters and a way to start their clock. */
async function aClock() {
  const chain = await anUnstarted()
  const { parameters, clock, owner } = chain
  const start = (epochBlocks: number, seedDelay: number, caller = owner) =>
    parameters.write.startClock([clock.address, epochBlocks, seedDelay], { account: caller.account })
  return { ...chain, start }
}

test('when the caller is not the owner it reverts', async () => {
  const { viem, parameters, start, stranger } = await aClock()
  const call = start(30, 2, stranger)
  await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'OwnableUnauthorizedAccount', [
    getAddress(stranger.account.address),
  ])
})

test('when the clock has been started it reverts', async () => {
  const { viem, parameters, clock, start } = await aClock()
  await start(30, 2)
  await viem.assertions.revertWithCustomErrorWithArgs(start(30, 2), parameters, 'NetworkParametersClockAlreadySet', [
    getAddress(clock.address),
  ])
})

test("when the epoch's length is out of bounds it reverts", async () => {
  const { viem, parameters, start } = await aClock()
  const [minimum, maximum] = await parameters.read.epochBlocksBounds()
  assert.deepEqual([minimum, maximum], [4, 1_000_000])
  for (const length of [0, minimum - 1, maximum + 1]) {
    const error = [length, minimum, maximum] as const
    const call = start(length, 1)
    await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersEpochBlocksOutOfBounds', [
      ...error,
    ])
  }
})

test('when the seed delay is out of bounds it reverts', async () => {
  const { viem, parameters, start } = await aClock()
  for (const delay of [0, 7201]) {
    const error = [SEED_DELAY, BigInt(delay), 1n, 7200n] as const
    const call = start(1_000_000, delay)
    await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersOutOfBounds', [...error])
  }
})

test('when the seed leaves no block for a proof it reverts, and with one block left it starts', async () => {
  const { viem, parameters, start } = await aClock()
  const call = start(30, 28)
  await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersSeedAfterEpoch', [28, 30])
  await start(30, 27)
  assert.equal(await parameters.read.value([SEED_DELAY]), 27n)
})

test('it starts epoch 0 in its own block, with both events', async () => {
  const { viem, parameters, clock, publicClient, start } = await aClock()
  const hash = await start(30, 2)
  const { blockNumber } = await publicClient.getTransactionReceipt({ hash })
  await viem.assertions.emitWithArgs(hash, parameters, 'EpochBlocksChanged', [30, 0])
  await viem.assertions.emitWithArgs(hash, parameters, 'ParameterChanged', [SEED_DELAY, 2n, blockNumber])
  assert.equal(await parameters.read.clock(), getAddress(clock.address))
  assert.equal(await parameters.read.currentEpoch(), 0)
  assert.equal(await parameters.read.firstBlock([0]), blockNumber)
  assert.equal(await parameters.read.epochBlocks(), 30)
  assert.equal(await clock.read.seedBlock([0]), blockNumber + 2n)
})

test('before it whatever needs the clock reverts', async () => {
  const { viem, parameters, clock, owner } = await aClock()
  const calls = () => [
    parameters.read.currentEpoch(),
    parameters.read.epochAt([1n]),
    parameters.read.firstBlock([0]),
    parameters.read.epochBlocks(),
    parameters.read.value([SEED_DELAY]),
    parameters.read.nextValue([SEED_DELAY]),
    parameters.write.set([PROOF_SAMPLES, 5n], { account: owner.account }),
    parameters.write.setEpochBlocks([50], { account: owner.account }),
  ]
  for (const call of calls()) {
    await viem.assertions.revertWithCustomError(call, parameters, 'NetworkParametersClockNotSet')
  }
  await viem.assertions.revertWithCustomError(clock.read.currentEpoch(), clock, 'EpochClockNotStarted')
})

test('the clock takes orders from the parameters alone', async () => {
  const { viem, clock, owner, start } = await aClock()
  const error = [getAddress(owner.account.address)] as const
  const early = clock.write.startClock([30, 2], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(early, clock, 'EpochClockNotParameters', [...error])
  await start(30, 2)
  const change = clock.write.setSchedule([40, 2], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(change, clock, 'EpochClockNotParameters', [...error])
})

test('the clock starts once, even for the parameters', async () => {
  const { viem, clock, parameters, networkHelpers, start } = await aClock()
  await start(30, 2)
  await networkHelpers.impersonateAccount(parameters.address)
  await networkHelpers.setBalance(parameters.address, parseEther('1'))
  const again = clock.write.startClock([30, 2], { account: parameters.address })
  await viem.assertions.revertWithCustomError(again, clock, 'EpochClockAlreadyStarted')
})
