import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PenActivity } from './pen-activity.ts'

const ref = { volumeId: 7n, slot: 1 }
const [one, other] = [1, 2].map((byte) => new Uint8Array(16).fill(byte))

function anActivity() {
  const clock = { nowMs: 1_000 }
  return { activity: new PenActivity({ nowMs: () => clock.nowMs }), clock }
}

test('a pen is active for 5 seconds after its last bytes, for others than its own writer and at its slot only', () => {
  const { activity, clock } = anActivity()
  activity.note(ref, one!)
  clock.nowMs += 4_999
  assert.equal(activity.idleMs(ref), 4_999)
  assert.equal(activity.idleMs(ref, other), 4_999)
  assert.equal(activity.idleMs(ref, one), undefined)
  assert.equal(activity.idleMs({ ...ref, slot: 2 }), undefined)
  clock.nowMs += 1
  assert.equal(activity.idleMs(ref), undefined)
})

test('a pen is active as long as its commit runs, and a second more', () => {
  const { activity, clock } = anActivity()
  activity.note(ref, one!)
  const commit = activity.begin(ref, one!)
  clock.nowMs += 60_000
  assert.equal(activity.idleMs(ref, other), 0)
  commit[Symbol.dispose]()
  clock.nowMs += 999
  assert.equal(activity.idleMs(ref, other), 999)
  clock.nowMs += 1
  assert.equal(activity.idleMs(ref, other), undefined)
})

test('a pen whose next upload has begun stays active after the commit of the one before', () => {
  const { activity, clock } = anActivity()
  const commit = activity.begin(ref, one!)
  activity.note(ref, one!)
  clock.nowMs += 100
  commit[Symbol.dispose]()
  clock.nowMs += 4_899
  assert.equal(activity.idleMs(ref, other), 4_899)
  clock.nowMs += 1
  assert.equal(activity.idleMs(ref, other), undefined)
})

test('of several active pens the last active one counts', () => {
  const { activity, clock } = anActivity()
  activity.note(ref, one!)
  clock.nowMs += 2_000
  activity.note(ref, other!)
  clock.nowMs += 1_000
  assert.equal(activity.idleMs(ref), 1_000)
  assert.equal(activity.idleMs(ref, other), 3_000)
})
