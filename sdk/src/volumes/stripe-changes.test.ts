import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECTOR_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { changeInParity, changeInSlot, type SectorRange } from './stripe-changes.ts'

const K = 3
const position = fc.oneof(
  fc.integer({ min: 0, max: K * SECTOR_BYTES }),
  fc
    .tuple(fc.integer({ min: 0, max: K }), fc.integer({ min: -2, max: 2 }))
    .map(([sector, by]) => Math.min(K * SECTOR_BYTES, Math.max(0, sector * SECTOR_BYTES + by))),
)
const append = fc.tuple(position, position).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
const offsets = fc.array(
  fc.oneof(fc.integer({ min: 0, max: SECTOR_BYTES - 1 }), fc.constantFrom(0, 1, SECTOR_BYTES - 1)),
  { minLength: 20 },
)

const has = (ranges: readonly SectorRange[], at: number) =>
  ranges.some(({ offset, length }) => offset <= at && at < offset + length)

test('a data sector changes exactly where the append writes', () => {
  fc.assert(
    fc.property(append, offsets, ({ from, to }, places) => {
      for (let slot = 0; slot < K; slot++) {
        const change = changeInSlot(slot, from, to)
        for (const at of [...places, from % SECTOR_BYTES, Math.max(0, to - 1) % SECTOR_BYTES]) {
          const x = slot * SECTOR_BYTES + at
          assert.equal(has(change ? [change] : [], at), from <= x && x < to)
        }
      }
    }),
  )
})

test('a parity sector changes exactly where some data sector does, and no byte is named twice', () => {
  fc.assert(
    fc.property(append, offsets, ({ from, to }, places) => {
      const changes = changeInParity(from, to)
      for (const at of [...places, from % SECTOR_BYTES, Math.max(0, to - 1) % SECTOR_BYTES]) {
        const touched = Array.from({ length: K }, (_, slot) => slot * SECTOR_BYTES + at).some(
          (x) => from <= x && x < to,
        )
        assert.equal(has(changes, at), touched)
      }
      const [first, second] = changes
      if (first && second) assert.ok(first.offset + first.length <= second.offset)
    }),
  )
})
