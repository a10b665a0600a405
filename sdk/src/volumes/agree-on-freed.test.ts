import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, FreedRun } from '@storgo/protocol'
import fc from 'fast-check'
import { agreeOnFreed } from './agree-on-freed.ts'

const STRIPES = 24

/** Stripe by stripe: what more than half of the slots say of it. */
function agreeSlowly(answers: readonly (readonly FreedRun[])[]) {
  return Array.from({ length: STRIPES }, (_, stripe) => {
    const said = answers.flatMap((runs) => runs.filter(({ first, count }) => first <= stripe && stripe < first + count))
    const agreed = said.find(({ nonce }) => 2 * said.filter((run) => run.nonce === nonce).length > answers.length)
    if (!agreed) return undefined
    const epochs = said.filter(({ nonce }) => nonce === agreed.nonce).map(({ epoch }) => epoch)
    epochs.sort((a, b) => a - b)
    return { nonce: agreed.nonce, epoch: epochs[epochs.length >> 1] }
  })
}

const runs: fc.Arbitrary<FreedRun[]> = fc
  .array(fc.option(fc.record({ nonce: fc.constantFrom(1n, 2n), epoch: fc.constantFrom(5, 6) })), {
    ...{ minLength: STRIPES, maxLength: STRIPES },
  })
  .map((stripes) =>
    stripes.flatMap((freed, first) =>
      freed ? [{ first, count: 1, nonce: freed.nonce, epoch: freed.epoch as Epoch }] : [],
    ),
  )

test('what is agreed on is what more than half of the slots say of each stripe, in runs as long as can be', () => {
  fc.assert(
    fc.property(fc.array(runs, { minLength: 1, maxLength: 5 }), (answers) => {
      const agreed = agreeOnFreed(answers)
      const stripes = Array.from({ length: STRIPES }, (_, stripe) => {
        const run = agreed.find(({ first, count }) => first <= stripe && stripe < first + count)
        return run && { nonce: run.nonce, epoch: run.epoch }
      })
      assert.deepEqual(stripes, agreeSlowly(answers))
      for (const [i, { first, nonce, epoch }] of agreed.entries()) {
        const before = agreed[i - 1]
        const touches = before && before.first + before.count === first
        assert.ok(!touches || before.nonce !== nonce || before.epoch !== epoch)
      }
    }),
  )
})

test('one slot of four alone frees nothing and keeps nothing from being free', () => {
  const run = { first: 3, count: 5, nonce: 2n, epoch: 7 as Epoch }
  assert.deepEqual(agreeOnFreed([[run], [], [], []]), [])
  assert.deepEqual(agreeOnFreed([[run], [run], [run], []]), [run])
  const early = { ...run, epoch: 1 as Epoch }
  assert.deepEqual(agreeOnFreed([[run], [run], [run], [early]]), [run])
})
