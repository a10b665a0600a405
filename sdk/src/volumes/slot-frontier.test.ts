import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, HASH_BYTES, slotRoot } from '@storgo/protocol'
import fc from 'fast-check'
import { SlotFrontier } from './slot-frontier.ts'
import { frontiersOf, frontiersValue } from './stored-frontiers.ts'

const aRoot = () => fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES })
const someRoots = (maxLength = 70) => fc.array(aRoot(), { maxLength })

function frontierOver(roots: readonly Uint8Array[]): SlotFrontier {
  const frontier = new SlotFrontier()
  for (const root of roots) frontier.append(root)
  return frontier
}

test('the root over any number of sectors is that of the whole tree', () => {
  fc.assert(
    fc.property(someRoots(), fc.option(aRoot(), { nil: undefined }), (roots, tail) => {
      const all = tail === undefined ? roots : [...roots, tail]
      const expected = all.length === 0 ? undefined : slotRoot(concatBytes(...all))
      assert.deepEqual(frontierOver(roots).root(tail), expected)
    }),
  )
})

test('stored frontiers go on as if they had never been stored', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), someRoots(), someRoots(10), (n, before, after) => {
      const stored = frontiersValue(Array.from({ length: n }, () => frontierOver(before)))
      for (const frontier of frontiersOf(stored, { n, most: before.length })) {
        for (const root of after) frontier.append(root)
        assert.deepEqual(frontier.peaks(), frontierOver([...before, ...after]).peaks())
        assert.equal(frontier.count, before.length + after.length)
      }
    }),
  )
})

test('a volume without stored frontiers starts with empty ones', () => {
  assert.deepEqual(
    frontiersOf(undefined, { n: 3, most: 9 }).map(({ count }) => count),
    [0, 0, 0],
  )
})

test('a stored value that no writer wrote is refused', () => {
  const peaks = new Uint8Array(2 * HASH_BYTES)
  const wrong = [
    null,
    7,
    [1],
    [1, peaks, 0],
    [-1, peaks],
    [0.5, peaks],
    [4, peaks],
    [3, peaks],
    [1, peaks.subarray(1)],
    [1, 'x'],
  ]
  for (const value of wrong) {
    assert.throws(() => frontiersOf(value, { n: 2, most: 3 }), { code: 'CATALOG_CORRUPT' })
  }
})
