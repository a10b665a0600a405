// stakeNeeded
// └── the greater of the minimum and what the billed GiB need, rounded up
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aStorgo } from '../fixtures/network.ts'
import { parameter } from './fixtures/parameter.ts'

/** Stake is needed by the started unit: the least whole number that is not below sectors / 1024 GiB. */
function neededSlowly(sectors: bigint, perGiB: bigint, minimum: bigint): bigint {
  let needed = (sectors * perGiB) / 1024n
  while (needed * 1024n < sectors * perGiB) needed += 1n
  return needed > minimum ? needed : minimum
}

test('it is the greater of the minimum and what the billed GiB need, rounded up', async () => {
  const storgo = await aStorgo()
  const [minimum, perGiB] = await Promise.all([parameter(storgo, 'minimumStake'), parameter(storgo, 'stakePerGiB')])
  const atMinimum = Number((minimum * 1024n) / perGiB)
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(2 ** 32 - 1), fc.integer({ min: atMinimum - 2, max: atMinimum + 2 }), fc.nat(2000)),
      async (sectors) => {
        const needed = await storgo.registry.read.stakeNeeded([sectors])
        assert.equal(needed, neededSlowly(BigInt(sectors), perGiB, minimum))
      },
    ),
    { examples: [[0], [2 ** 32 - 1]] },
  )
})
