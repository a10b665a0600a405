import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CborValue, encodeCbor, readCbor } from '../cbor/plain-cbor.ts'
import type { FreedRun } from '../log/sector-runs.ts'
import { type Epoch, MAX_SECTORS } from '../units.ts'
import { MemoryLog } from './fixtures/memory-log.ts'
import { decodeFreeRuns, encodeFreeRuns, FREE_RUNS_KEY, MAX_FREE_RUNS } from './free-runs.ts'

/** Runs in rising order: gaps and lengths added up. */
const someRuns = fc
  .array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 9 }), fc.maxSafeNat(), fc.nat(2 ** 32 - 1)), { maxLength: 40 })
  .map((parts) => {
    let from = 0
    return parts.map(([gap, count, nonce, epoch]): FreedRun => {
      const first = from + gap
      from = first + count
      return { first, count, nonce: BigInt(nonce), epoch: epoch as Epoch }
    })
  })

test('free runs survive the catalog', async () => {
  await fc.assert(
    fc.asyncProperty(someRuns, async (runs) => {
      const log = new MemoryLog()
      const catalog = log.open()
      const root = await catalog.apply([{ key: FREE_RUNS_KEY, value: encodeFreeRuns(runs) }])
      assert.deepEqual(decodeFreeRuns(await log.open(root).get(FREE_RUNS_KEY)), runs)
    }),
  )
})

test('an entry that no writer wrote is CATALOG_CORRUPT', () => {
  const wrong: CborValue[] = [
    null,
    'x',
    [],
    [0, 1, 1],
    [0, 0, 1, 1],
    [-1, 1, 1, 1],
    [0, 1, -1, 1],
    [0, 1, 1, 2 ** 32],
    [MAX_SECTORS - 1, 2, 1, 1],
    [4, 2, 1, 1, 5, 1, 1, 1],
    Array.from({ length: 4 * (MAX_FREE_RUNS + 1) }, (_, i) => (i % 4 === 0 ? i : 1)),
  ]
  for (const value of wrong) {
    const stored = readCbor(encodeCbor(value), { code: 'INTERNAL', what: 'value' }, (read) => read)
    assert.throws(() => decodeFreeRuns(stored), { code: 'CATALOG_CORRUPT' }, JSON.stringify(value))
  }
})

test('more runs than the entry holds are refused', () => {
  const run = { count: 1, nonce: 1n, epoch: 1 as Epoch }
  const runs = Array.from({ length: MAX_FREE_RUNS + 1 }, (_, i) => ({ first: 2 * i, ...run }))
  assert.throws(() => encodeFreeRuns(runs), { code: 'REQUEST_INVALID' })
})
