// set
// ├── when the caller is not the timelock        → reverts OwnableUnauthorizedAccount
// ├── when the value is out of its bounds        → reverts NetworkParametersOutOfBounds
// ├── when the seed leaves no block for a proof  → reverts NetworkParametersSeedAfterEpoch
// ├── takes each bound itself
// ├── emits ParameterChanged with the next epoch's first block
// ├── leaves the current epoch's value up to its last block, also when called in the block where that began to count
// └── any sequence of changes and blocks gives the values of a slow model
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getAddress } from 'viem'
import { currentEpoch, passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { aTimelocked, MINIMUM_STAKE, PARAMETERS, PROOF_SAMPLES, SEED_DELAY } from './fixtures/unstarted.ts'

const BOUNDS: readonly (readonly [bigint, bigint])[] = [
  [1n, 7200n],
  [1n, 256n],
  [10n ** 18n, 10n ** 25n],
  [0n, 10n ** 22n],
  [1n, 365n],
  [1n, 90n],
  [0n, 90n],
  [1n, 90n],
]

test('when the caller is not the timelock it reverts, for the deployer too', async () => {
  const chain = await aTimelocked()
  const { viem, parameters } = chain
  for (const { account: caller } of [account(chain, 0), account(chain, 1)]) {
    const call = parameters.write.set([PROOF_SAMPLES, 5n], { account: caller })
    await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'OwnableUnauthorizedAccount', [
      getAddress(caller.address),
    ])
  }
})

for (const [parameter, [minimum, maximum]] of BOUNDS.entries()) {
  test(`${PARAMETERS[parameter]} takes its bounds and reverts beyond them`, async () => {
    const { viem, parameters, fromTimelock } = await aTimelocked()
    assert.deepEqual(await parameters.read.bounds([parameter]), [minimum, maximum])
    const set = (value: bigint) => parameters.write.set([parameter, value], { account: fromTimelock })
    // So that the greatest seed delay fits.
    await parameters.write.setEpochBlocks([7203], { account: fromTimelock })
    const beyond = [maximum + 1n, 2n ** 96n + minimum, 2n ** 256n - 1n, ...(minimum > 0n ? [minimum - 1n] : [])]
    for (const value of beyond) {
      const error = [parameter, value, minimum, maximum] as const
      await viem.assertions.revertWithCustomErrorWithArgs(set(value), parameters, 'NetworkParametersOutOfBounds', [
        ...error,
      ])
    }
    for (const value of [minimum, maximum]) {
      await set(value)
      assert.equal(await parameters.read.nextValue([parameter]), value)
    }
  })
}

test('when the seed leaves no block for a proof it reverts, by the length of the next epoch', async () => {
  const { viem, parameters, fromTimelock } = await aTimelocked()
  await parameters.write.setEpochBlocks([20], { account: fromTimelock })
  const call = parameters.write.set([SEED_DELAY, 18n], { account: fromTimelock })
  await viem.assertions.revertWithCustomErrorWithArgs(call, parameters, 'NetworkParametersSeedAfterEpoch', [18, 20])
  await parameters.write.set([SEED_DELAY, 17n], { account: fromTimelock })
})

for (const [parameter, value] of [
  [SEED_DELAY, 9n],
  [PROOF_SAMPLES, 9n],
  [MINIMUM_STAKE, 10n ** 19n],
] as const) {
  test(`${PARAMETERS[parameter]} changes with the first block of the next epoch, with an event`, async () => {
    const chain = await aTimelocked()
    const { viem, parameters, networkHelpers, fromTimelock } = chain
    const before = await parameters.read.value([parameter])
    const first = await parameters.read.firstBlock([(await currentEpoch(chain)) + 1])
    const sent = parameters.write.set([parameter, value], { account: fromTimelock })
    await viem.assertions.emitWithArgs(sent, parameters, 'ParameterChanged', [parameter, value, first])
    assert.equal(await parameters.read.nextValue([parameter]), value)
    await networkHelpers.mineUpTo(first - 1n)
    assert.equal(await parameters.read.value([parameter]), before)
    await networkHelpers.mine()
    assert.equal(await parameters.read.value([parameter]), value)
  })
}

test('a change in the first block of the epoch in which the last one counts leaves that epoch to the last one', async () => {
  const chain = await aTimelocked()
  const { parameters, networkHelpers, publicClient, fromTimelock } = chain
  const set = (value: bigint) => parameters.write.set([PROOF_SAMPLES, value], { account: fromTimelock })
  const epoch = await passEpochs(chain)
  await set(7n)
  const first = await parameters.read.firstBlock([epoch + 1])
  await networkHelpers.mineUpTo(first - 1n)
  await set(9n)
  assert.equal(await publicClient.getBlockNumber(), first)
  assert.equal(await parameters.read.value([PROOF_SAMPLES]), 7n)
  await passEpochs(chain)
  assert.equal(await parameters.read.value([PROOF_SAMPLES]), 9n)
})

test('a seed delay counts from the next epoch for the seed block as well', async () => {
  const chain = await aTimelocked()
  const { parameters, proofs, fromTimelock } = chain
  const epoch = await passEpochs(chain)
  const [first, next] = await Promise.all([proofs.read.firstBlock([epoch]), proofs.read.firstBlock([epoch + 1])])
  await parameters.write.set([SEED_DELAY, 9n], { account: fromTimelock })
  assert.equal(await proofs.read.seedBlock([epoch]), first + 2n)
  assert.equal(await proofs.read.seedBlock([epoch + 1]), next + 9n)
})

type Step = { change: bigint } | { pass: number }
const aStep = fc.oneof(fc.record({ change: fc.bigInt(1n, 256n) }), fc.record({ pass: fc.integer({ min: 1, max: 3 }) }))

test('any sequence of changes and epochs gives the values of a slow model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 10 }), async (steps: Step[]) => {
      const chain = await aTimelocked()
      const { parameters, fromTimelock } = chain
      let epoch = await passEpochs(chain)
      // The value in force from each epoch on, up to the next entry.
      const values = new Map([[0, await parameters.read.value([PROOF_SAMPLES])]])
      const at = (asked: number) => values.get(Math.max(...[...values.keys()].filter((from) => from <= asked)))
      for (const step of steps) {
        if ('change' in step) {
          await parameters.write.set([PROOF_SAMPLES, step.change], { account: fromTimelock })
          values.set(epoch + 1, step.change)
        } else {
          epoch = await passEpochs(chain, step.pass)
        }
        assert.equal(await parameters.read.value([PROOF_SAMPLES]), at(epoch))
        assert.equal(await parameters.read.nextValue([PROOF_SAMPLES]), at(epoch + 1))
      }
    }),
    { numRuns: 15 },
  )
})
