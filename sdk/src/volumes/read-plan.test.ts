import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Extent, LEAF_BYTES, locate, SECTOR_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { planReads } from './read-plan.ts'

const anExtent: fc.Arbitrary<Extent> = fc.record({
  offset: fc.integer({ min: 0, max: 9 * SECTOR_BYTES }),
  length: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 2 * SECTOR_BYTES })),
})

test('the copies of every extent name exactly its bytes, in order', () => {
  fc.assert(
    fc.property(fc.array(anExtent, { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), (extents, k) => {
      const { ranges, copies } = planReads(extents, k)
      for (const [i, extent] of extents.entries()) {
        const planned = (copies[i] ?? [])
          .toSorted((a, b) => a.to - b.to)
          .map(({ range, from, length }) => {
            const source = ranges[range]!
            assert.ok(from >= 0 && from + length <= source.length)
            return { stripe: source.sector, slot: source.slot, offset: source.offset + from, length }
          })
        assert.deepEqual(planned, locate(extent, k))
      }
    }),
  )
})

test('ranges are whole leaves of one sector, and none is read twice', () => {
  fc.assert(
    fc.property(fc.array(anExtent, { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), (extents, k) => {
      const { ranges } = planReads(extents, k)
      for (const [i, { slot, sector, offset, length }] of ranges.entries()) {
        assert.ok(length > 0 && offset % LEAF_BYTES === 0 && length % LEAF_BYTES === 0)
        assert.ok(offset + length <= SECTOR_BYTES)
        const after = ranges[i + 1]
        const near = after !== undefined && after.slot === slot && after.sector === sector
        assert.ok(!near || after.offset > offset + length)
      }
    }),
  )
})

test('chunks that follow each other in the log share the sectors between them', () => {
  const extents = Array.from({ length: 8 }, (_, i) => ({ offset: i * 1_000_000, length: 1_000_000 }))
  assert.equal(planReads(extents, 4).ranges.length, 8)
})
