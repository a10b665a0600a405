import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { CellAllocator } from './cell-allocator.ts'
import { aHeldState, someReceipts } from './fixtures/a-held-state.ts'
import { decodeHeldState, encodeHeldState } from './held-state-codec.ts'
import { pageKey, pageOfKey, rangeOf, slotOfKey, stateKey } from './keys.ts'
import { cellsOf, changedPage, EMPTY_PAGE, NO_CELL, placeAt, type SectorPlace } from './sector-page.ts'

const aRef = fc.record(
  { volumeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), slot: fc.nat(31) },
  { noNullPrototype: true },
)
const aPlace = fc.record({
  cell: fc.nat(1_000_000),
  root: fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES }),
})

test('a state record reads back as it was written, and no shorter or longer one is taken', () => {
  for (const receipts of [[], someReceipts()]) {
    const held = { ...aHeldState({ nonce: 5, sectors: 9 }), receipts }
    const record = encodeHeldState(held)
    assert.deepEqual(decodeHeldState(record), held)
    assert.throws(() => decodeHeldState(record.subarray(0, -1)), { code: 'INTERNAL' })
    assert.throws(() => decodeHeldState(Buffer.concat([record, Buffer.alloc(1)])), { code: 'INTERNAL' })
    assert.throws(() => decodeHeldState(Uint8Array.of(2, ...record.subarray(1))), { code: 'INTERNAL' })
  }
})

test('keys of a slot lie in its range and in no other', () => {
  fc.assert(
    fc.property(aRef, aRef, fc.nat(2 ** 22), (ref, other, page) => {
      const key = pageKey('page', ref, page)
      assert.deepEqual(slotOfKey(key), ref)
      assert.equal(pageOfKey(key), page)
      const within = ({ gte, lt }: { gte: Uint8Array; lt: Uint8Array }) =>
        Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0
      assert.ok(within(rangeOf('page', ref)) && within(rangeOf('page')))
      assert.equal(within(rangeOf('undo', ref)), false)
      assert.equal(within(rangeOf('page', other)), other.volumeId === ref.volumeId && other.slot === ref.slot)
      assert.deepEqual(slotOfKey(stateKey('latest', ref)), ref)
    }),
  )
})

test('a page shows what a plain list of places would', () => {
  const steps = fc.array(fc.record({ changes: fc.array(fc.tuple(fc.nat(63), aPlace)), keep: fc.nat(64) }))
  fc.assert(
    fc.property(steps, (all) => {
      let page = EMPTY_PAGE
      let model: (SectorPlace | undefined)[] = []
      for (const { changes, keep } of all) {
        page = changedPage(page, new Map(changes), keep)
        for (const [index, place] of changes) model[index] = place
        model = model.slice(0, keep)
      }
      for (let index = 0; index < 64; index++) {
        const { cell, root } = placeAt(page, index)
        const expected = model[index]
        assert.equal(cell, expected?.cell ?? NO_CELL)
        if (expected !== undefined) assert.deepEqual(new Uint8Array(root), expected.root)
      }
      assert.deepEqual(
        cellsOf(page),
        model.filter((place) => place !== undefined).map(({ cell }) => cell),
      )
    }),
  )
})

test('the allocator gives the lowest free cell and never more than its capacity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(12)), (capacity, steps) => {
      const allocator = new CellAllocator(capacity)
      const taken = new Set<number>()
      for (const step of steps) {
        if (taken.delete(step)) allocator.free(step)
        else if (taken.size === capacity) assert.throws(() => allocator.take(), { code: 'DISK_FULL' })
        else {
          let lowest = 0
          while (taken.has(lowest)) lowest++
          assert.equal(allocator.take(), lowest)
          taken.add(lowest)
        }
        assert.equal(allocator.count, taken.size)
      }
    }),
  )
})
