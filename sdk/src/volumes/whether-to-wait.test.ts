import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SignsOfLife } from './signs-of-life.ts'
import { type Waiting, whetherToWait } from './whether-to-wait.ts'

const aWaiting = fc.record<Waiting>({
  halves: fc.integer({ min: 1, max: 40 }),
  othersAnswered: fc.boolean(),
  othersHeard: fc.boolean(),
  othersBring: fc.boolean(),
  isComingBack: fc.boolean(),
})

test('nobody is gone round while nobody else is heard of, or while the slot may be coming back', () => {
  fc.assert(
    fc.property(aWaiting, (waiting) => {
      if (waiting.othersHeard && !waiting.isComingBack) return
      assert.notEqual(whetherToWait(waiting), 'go round')
    }),
  )
})

test('where others are heard of a slot is gone round after one patience if they have answered since, else after three', () => {
  fc.assert(
    fc.property(aWaiting, (waiting) => {
      const isGoneRound = whetherToWait({ ...waiting, othersHeard: true, isComingBack: false }) === 'go round'
      assert.equal(isGoneRound, waiting.halves / 2 >= (waiting.othersAnswered ? 1 : 3))
    }),
  )
})

test('before a slot is gone round others that say nothing of themselves have been asked', () => {
  fc.assert(
    fc.property(aWaiting, (waiting) => {
      const silent = { ...waiting, othersHeard: false, othersBring: false }
      const dueHalves = waiting.othersAnswered ? 2 : 6
      assert.equal(whetherToWait({ ...silent, halves: dueHalves - 1 }), 'look')
      assert.equal(whetherToWait({ ...silent, halves: dueHalves }), 'look')
    }),
  )
})

type Network = { isAway: boolean }

/** Slots that answer at once unless their network is away, on a clock of their own. */
function watching(count: number) {
  const clock = { ms: 1_000 }
  const network: Network = { isAway: false }
  const asked: number[] = []
  const signs = new SignsOfLife(() => clock.ms)
  signs.watch(
    Array.from({ length: count }, (_, slot) => ({
      ...{ slot, heardMs: () => undefined, isComingBack: () => false },
      isThere: async () => {
        asked.push(slot)
        if (network.isAway) await new Promise(() => {})
      },
    })),
  )
  return { clock, network, asked, signs, slots: [...Array(count).keys()] }
}

test('those that have rested longest are looked for, in turns', async () => {
  const { clock, asked, signs, slots } = watching(4)
  signs.asked(0)
  for (let look = 0; look < 3; look++) {
    clock.ms += 10
    signs.look(slots, 2)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(asked, [1, 2, 3, 0, 1, 2])
  assert.equal(signs.othersHeard(3, 5), true)
})

test('while the network is away there is one look, however often it is asked for', async () => {
  const { clock, network, asked, signs, slots } = watching(6)
  network.isAway = true
  for (; clock.ms < 60_000; clock.ms += 150) signs.look(slots.slice(1), 2)
  assert.deepEqual(asked, [1, 2])
  assert.equal(signs.othersHeard(0, 60_000), false)
})

test('a slot itself does not show that others are there', () => {
  const { signs } = watching(2)
  signs.answered(1)
  assert.deepEqual([signs.othersHeard(0, 1), signs.othersHeard(1, 1)], [true, false])
})
