import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, type FreedRun, MAX_FREE_RUNS } from '@storgo/protocol'
import { FreeStripes } from './free-stripes.ts'

const epoch = (value: number) => value as Epoch
const run = (first: number, count: number, nonce: number, freed: number): FreedRun => ({
  first,
  count,
  nonce: BigInt(nonce),
  epoch: epoch(freed),
})

test('what was freed is used when its retention is over at every slot, not an epoch earlier', () => {
  const free = new FreeStripes([run(2, 3, 5, 10), run(9, 1, 6, 11)], { fewest: 1 })
  assert.equal(free.nextUsable(4), 16)
  free.expire(epoch(15), 4)
  assert.equal(free.usable, 0)
  free.expire(epoch(16), 4)
  assert.deepEqual([free.usable, free.retained], [3, 1])
  assert.deepEqual(free.take(), { first: 2, count: 3 })
  assert.equal(free.take(), undefined)
})

test('a release frees what its state and those before it freed', () => {
  const free = new FreeStripes([run(0, 1, 5, 10), run(4, 1, 6, 10), run(8, 1, 7, 10)], { fewest: 1 })
  free.release(6n)
  assert.deepEqual(
    free.usableRuns.map(({ first }) => first),
    [0, 4],
  )
})

test('neighbours become one run when both are free for use', () => {
  const free = new FreeStripes([run(3, 1, 5, 10), run(4, 2, 6, 10)], { fewest: 1 })
  assert.equal(free.runs.length, 2)
  free.release(6n)
  assert.deepEqual(free.runs, [run(3, 3, 0, 0)])
  assert.deepEqual([free.has(2), free.has(3), free.has(5), free.has(6)], [false, true, true, false])
})

test('a run too short for the largest thing that is appended is not used, until it has grown', () => {
  const free = new FreeStripes([run(3, 1, 0, 0)], { fewest: 2 })
  assert.equal(free.take(), undefined)
  free.add([{ first: 4, count: 1 }], { nonce: 9n, epoch: epoch(1) })
  assert.equal(free.usable, 0)
  free.release(9n)
  assert.deepEqual(free.take(), { first: 3, count: 2 })
})

test('of more runs than the catalog keeps the longest are freed', () => {
  const free = new FreeStripes([], { fewest: 1 })
  const many = Array.from({ length: MAX_FREE_RUNS + 5 }, (_, i) => ({ first: 10 * i, count: i < 5 ? 1 : 2 }))
  const added = free.add(many, { nonce: 1n, epoch: epoch(1) })
  assert.equal(added.length, MAX_FREE_RUNS)
  assert.ok(added.every(({ count }) => count === 2))
})
