import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import fc from 'fast-check'
import { aParty } from '../slots/fixtures/a-volume.ts'
import { isTurnForSeed, proofMoment, rankOf } from './proof-moment.ts'

const operators = Array.from({ length: 7 }, () => aParty().address)

test('every provider has a moment after the seed and within the first 80 % of the epoch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 7200 }), fc.integer({ min: 1, max: 32 }), (epochBlocks, seedDelayBlocks) => {
      fc.pre(seedDelayBlocks + 3 < epochBlocks * 0.8)
      for (const operator of operators) {
        const moment = proofMoment({ firstBlock: 1000n, epochBlocks, seedDelayBlocks }, operator)
        assert.ok(moment >= 1000n + BigInt(seedDelayBlocks) + 2n)
        assert.ok(moment < 1000n + BigInt(Math.floor(epochBlocks * 0.8)))
      }
    }),
  )
})

test('an epoch too short to spread still leaves a block to prove in', () => {
  for (const operator of operators) {
    assert.ok(proofMoment({ firstBlock: 0n, epochBlocks: 5, seedDelayBlocks: 2 }, operator) <= 4n)
  }
})

test('the providers take turns at the seed, in another order every epoch', () => {
  const orders = [1, 2, 3, 4].map((epoch) => operators.map((operator) => rankOf(operator, operators, epoch)))
  for (const ranks of orders) assert.deepEqual(ranks.toSorted(), [0, 1, 2, 3, 4, 5, 6])
  assert.ok(new Set(orders.map(String)).size > 1)
  const head = { block: 102n, epoch: 1 as Epoch, firstBlock: 100n, epochBlocks: 30, seedDelayBlocks: 2 }
  assert.equal(isTurnForSeed(head, 0), true)
  assert.equal(isTurnForSeed(head, 1), false)
  assert.equal(isTurnForSeed({ ...head, block: 104n }, 1), true)
})
