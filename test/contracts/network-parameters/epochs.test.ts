// epochAt, currentEpoch, firstBlock, seedBlock
// ├── when a block or epoch lies before the segment still known → revert EpochClockBlockTooOld, EpochClockEpochTooOld
// └── after any sequence of changes and blocks
//     ├── agree with a list of every epoch
//     ├── epochAt(firstBlock(e)) = e and epochAt(firstBlock(e) - 1) = e - 1
//     └── epochs follow each other without a gap
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { passEpochs } from '../fixtures/epochs.ts'
import { anUnstarted, aTimelocked, SEED_DELAY } from './fixtures/unstarted.ts'
import { ScheduleReference } from './schedule.reference.ts'

type Step = { mine: number } | { blocks: number } | { seedDelay: number }
const aStep = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ mine: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ blocks: fc.integer({ min: 4, max: 25 }) }),
  fc.record({ seedDelay: fc.integer({ min: 1, max: 12 }) }),
)
const fits = ({ blocks, seedDelay }: { blocks: number; seedDelay: number }): boolean => seedDelay + 2 < blocks

test('after any sequence of changes and blocks epochs are those of a list of every epoch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 12 }), async (steps) => {
      const { parameters, clock, owner, networkHelpers, publicClient } = await anUnstarted()
      const from = { account: owner.account }
      await parameters.write.startClock([clock.address, 10, 3], from)
      const model = new ScheduleReference(await publicClient.getBlockNumber(), 10, 3)
      for (const step of steps) {
        if ('mine' in step) {
          await networkHelpers.mine(step.mine)
        } else if (fits({ ...model.next, ...step })) {
          // The change is mined in a block of its own, which may be the first of an epoch.
          model.advance((await publicClient.getBlockNumber()) + 1n)
          model.change(step)
          if ('blocks' in step) await parameters.write.setEpochBlocks([step.blocks], from)
          else await parameters.write.set([SEED_DELAY, BigInt(step.seedDelay)], from)
        }
        model.advance(await publicClient.getBlockNumber())
        const { current } = model
        assert.equal(await parameters.read.currentEpoch(), current)
        assert.equal(await parameters.read.epochBlocks(), model.epoch(current).blocks)
        assert.equal(await parameters.read.value([SEED_DELAY]), BigInt(model.epoch(current).seedDelay))
        for (const epoch of [current, current + 1, current + 2, current + 5]) {
          const { first, seedDelay } = model.epoch(epoch)
          assert.equal(await parameters.read.firstBlock([epoch]), first)
          assert.equal(await clock.read.seedBlock([epoch]), first + BigInt(seedDelay))
          assert.equal(await parameters.read.epochAt([first]), epoch)
          if (epoch > current) assert.equal(await parameters.read.epochAt([first - 1n]), epoch - 1)
        }
      }
    }),
    { numRuns: 20 },
  )
})

test('epochs never go back and never leave one out, block by block across changes', async () => {
  const { parameters, clock, owner, networkHelpers } = await anUnstarted()
  const from = { account: owner.account }
  await parameters.write.startClock([clock.address, 6, 2], from)
  let last = 0
  for (let block = 0; block < 60; ++block) {
    if (block % 11 === 3) await parameters.write.setEpochBlocks([5 + (block % 7)], from)
    else await networkHelpers.mine()
    const epoch = await parameters.read.currentEpoch()
    assert.ok(epoch === last || epoch === last + 1, `epoch ${epoch} follows ${last}`)
    last = epoch
  }
  assert.ok(last > 5)
})

test('a block before the segment still known reverts, the segment itself stays readable', async () => {
  const chain = await aTimelocked()
  const { viem, parameters, proofs, fromTimelock } = chain
  await parameters.write.setEpochBlocks([20], { account: fromTimelock })
  const epoch = await passEpochs(chain, 2)
  // The next change moves the segment that began one epoch ago to the front.
  await parameters.write.setEpochBlocks([30], { account: fromTimelock })
  const known = await parameters.read.firstBlock([epoch - 1])
  assert.equal(await parameters.read.epochAt([known]), epoch - 1)
  const block = parameters.read.epochAt([known - 1n])
  await viem.assertions.revertWithCustomErrorWithArgs(block, proofs, 'EpochClockBlockTooOld', [known - 1n, known])
  const old = proofs.read.seedBlock([epoch - 2])
  await viem.assertions.revertWithCustomErrorWithArgs(old, proofs, 'EpochClockEpochTooOld', [epoch - 2, epoch - 1])
})
