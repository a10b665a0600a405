import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, FreedRun, SectorRun } from '@storgo/protocol'
import fc from 'fast-check'
import { syncPage } from './sync-page.ts'

const END = 40
const bounds = { maxChanged: 3, maxFreed: 2 }
const sectors = fc.uniqueArray(fc.nat(END - 1)).map((list) => list.toSorted((a, b) => a - b))

function runsOf(numbers: readonly number[]): SectorRun[] {
  const runs: SectorRun[] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.count === number) last.count++
    else runs.push({ first: number, count: 1 })
  }
  return runs
}

const numbersOf = (runs: readonly SectorRun[]) =>
  runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index))

test('the pages of a reply name every run from the first wanted sector on, once, within their bounds', () => {
  fc.assert(
    fc.property(sectors, sectors, fc.nat(END), (changed, freed, after) => {
      const freedRuns: FreedRun[] = runsOf(freed).map((run) => ({ ...run, epoch: 5 as Epoch, nonce: 2n }))
      const named: { changed: number[]; freed: number[] } = { changed: [], freed: [] }
      for (let from: number | undefined = after; from !== undefined; ) {
        const page = syncPage({ changed: runsOf(changed), freed: freedRuns }, from, bounds)
        assert.ok(page.changed.length <= bounds.maxChanged && page.freed.length <= bounds.maxFreed)
        assert.ok(page.freed.every(({ epoch, nonce }) => epoch === 5 && nonce === 2n))
        assert.ok(page.next === undefined || page.next > from)
        named.changed.push(...numbersOf(page.changed))
        named.freed.push(...numbersOf(page.freed))
        from = page.next
      }
      const wanted = (numbers: readonly number[]) => numbers.filter((number) => number >= after)
      assert.deepEqual(named, { changed: wanted(changed), freed: wanted(freed) })
    }),
  )
})
