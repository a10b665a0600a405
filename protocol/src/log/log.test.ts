import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LEAF_BYTES, MAX_SECTORS, MAX_SLOTS, SECTOR_BYTES } from '../units.ts'
import { locateByteSlowly } from './extent.reference.ts'
import { type Extent, locate, sectorsFor } from './extent.ts'
import { coveringLeaves } from './leaf-range.ts'

const dataSlots = () => fc.integer({ min: 1, max: MAX_SLOTS })

function anExtent(k: number): fc.Arbitrary<Extent> {
  const longest = MAX_SECTORS * k * SECTOR_BYTES
  return fc
    .record({ offset: fc.integer({ min: 0, max: longest }), length: fc.integer({ min: 0, max: 5 * SECTOR_BYTES }) })
    .map(({ offset, length }) => ({ offset, length: Math.min(length, longest - offset) }))
}

test('every byte of an extent lies where the slow formula says', () => {
  const cases = dataSlots().chain((k) =>
    fc.tuple(fc.constant(k), anExtent(k), fc.array(fc.double({ min: 0, max: 1, noNaN: true }))),
  )
  fc.assert(
    fc.property(cases, ([k, extent, picks]) => {
      const ranges = locate(extent, k)
      assert.equal(
        ranges.reduce((sum, range) => sum + range.length, 0),
        extent.length,
      )
      let start = extent.offset
      for (const { length, ...first } of ranges) {
        assert.ok(length > 0)
        assert.deepEqual(first, locateByteSlowly(start, k))
        assert.deepEqual({ ...first, offset: first.offset + length - 1 }, locateByteSlowly(start + length - 1, k))
        for (const pick of picks) {
          const within = Math.min(Math.floor(pick * length), length - 1)
          assert.deepEqual({ ...first, offset: first.offset + within }, locateByteSlowly(start + within, k))
        }
        start += length
      }
    }),
  )
})

test('an extent of no bytes has no ranges', () => {
  assert.deepEqual(locate({ offset: 3 * SECTOR_BYTES, length: 0 }, 4), [])
})

test('a log needs exactly the stripes its last byte reaches', () => {
  assert.equal(sectorsFor(0, 4), 0)
  fc.assert(
    fc.property(
      dataSlots().chain((k) => fc.tuple(fc.constant(k), fc.integer({ min: 1, max: MAX_SECTORS * k * SECTOR_BYTES }))),
      ([k, tail]) => assert.equal(sectorsFor(tail, k), locateByteSlowly(tail - 1, k).stripe + 1),
    ),
  )
})

test('extents, tails and slot counts that no log has are refused', () => {
  const longest = MAX_SECTORS * SECTOR_BYTES
  assert.equal(sectorsFor(longest, 1), MAX_SECTORS)
  for (const [extent, k] of [
    [{ offset: -1, length: 1 }, 4],
    [{ offset: 0.5, length: 1 }, 4],
    [{ offset: longest, length: 1 }, 1],
    [{ offset: 0, length: Number.NaN }, 1],
    [{ offset: 0, length: 1 }, 0],
    [{ offset: 0, length: 1 }, MAX_SLOTS + 1],
  ] as const) {
    assert.throws(() => locate(extent, k), { code: 'REQUEST_INVALID' })
  }
  assert.throws(() => sectorsFor(longest + 1, 1), { code: 'REQUEST_INVALID' })
})

test('covering leaves are the fewest whole leaves around a range', () => {
  const range = fc
    .integer({ min: 0, max: SECTOR_BYTES - 1 })
    .chain((offset) =>
      fc.record({ offset: fc.constant(offset), length: fc.integer({ min: 1, max: SECTOR_BYTES - offset }) }),
    )
  fc.assert(
    fc.property(range, ({ offset, length }) => {
      const leaves = coveringLeaves({ offset, length })
      assert.equal(leaves.offset, leaves.firstLeaf * LEAF_BYTES)
      assert.equal(leaves.offset + leaves.length, (leaves.lastLeaf + 1) * LEAF_BYTES)
      assert.ok(leaves.offset <= offset && offset < leaves.offset + LEAF_BYTES)
      const end = leaves.offset + leaves.length
      assert.ok(offset + length <= end && end - LEAF_BYTES < offset + length && end <= SECTOR_BYTES)
    }),
  )
})

test('a range that is empty or leaves the sector has no covering leaves', () => {
  for (const range of [
    { offset: 0, length: 0 },
    { offset: -64, length: 64 },
    { offset: SECTOR_BYTES - 1, length: 2 },
    { offset: 0, length: 1.5 },
  ]) {
    assert.throws(() => coveringLeaves(range), { code: 'REQUEST_INVALID' })
  }
})
