import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, HASH_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { CellAllocator } from './cell-allocator.ts'
import { aHeldState, someReceipts } from './fixtures/a-held-state.ts'
import { decodeHeldState, encodeHeldState } from './held-state-codec.ts'
import { numberOfKey, pageKey, rangeOf, slotKey, slotOfKey } from './keys.ts'
import { cellsOf, changedPage, EMPTY_PAGE, entryAt, PAGE_SECTORS, type SectorEntry, UNWRITTEN } from './sector-page.ts'

const aRef = fc.record(
  { volumeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), slot: fc.nat(31) },
  { noNullPrototype: true },
)
const aMark = fc.oneof(
  fc.constant(undefined),
  fc.constant('reused' as const),
  fc.record(
    { epoch: fc.nat(2 ** 32 - 1).map((epoch) => epoch as Epoch), nonce: fc.bigInt(0n, 2n ** 64n - 1n) },
    { noNullPrototype: true },
  ),
)
const anEntry: fc.Arbitrary<SectorEntry> = fc.record(
  {
    cell: fc.nat(1_000_000),
    key: fc.integer({ min: 1, max: 255 }),
    patch: fc.nat(2 ** 40),
    root: fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES }),
    changed: fc.bigInt(0n, 2n ** 64n - 1n),
    freed: aMark,
  },
  { noNullPrototype: true },
)

test('a state record reads back as it was written, and no shorter or longer one is taken', () => {
  for (const receipts of [[], someReceipts()]) {
    const held = { ...aHeldState({ nonce: 5, sectors: 9 }), receipts }
    const record = encodeHeldState(held)
    assert.deepEqual(decodeHeldState(record), held)
    assert.throws(() => decodeHeldState(record.subarray(0, -1)), { code: 'INTERNAL' })
    assert.throws(() => decodeHeldState(Buffer.concat([record, Buffer.alloc(1)])), { code: 'INTERNAL' })
    assert.throws(() => decodeHeldState(Uint8Array.of(1, ...record.subarray(1))), { code: 'INTERNAL' })
  }
})

test('keys of a slot lie in its range and in no other', () => {
  fc.assert(
    fc.property(aRef, aRef, fc.nat(2 ** 22), (ref, other, page) => {
      const key = pageKey('page', ref, page)
      assert.deepEqual(slotOfKey(key), ref)
      assert.equal(numberOfKey(key), page)
      const within = ({ gte, lt }: { gte: Uint8Array; lt: Uint8Array }) =>
        Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0
      assert.ok(within(rangeOf('page', ref)) && within(rangeOf('page')))
      assert.equal(within(rangeOf('undo', ref)), false)
      assert.equal(within(rangeOf('page', other)), other.volumeId === ref.volumeId && other.slot === ref.slot)
      assert.deepEqual(slotOfKey(slotKey('latest', ref)), ref)
    }),
  )
})

test('a page shows what a plain list of entries would', () => {
  const last = PAGE_SECTORS - 1
  const steps = fc.array(fc.record({ changes: fc.array(fc.tuple(fc.nat(last), anEntry)), keep: fc.nat(PAGE_SECTORS) }))
  fc.assert(
    fc.property(steps, (all) => {
      let page = EMPTY_PAGE
      let model: (SectorEntry | undefined)[] = []
      for (const { changes, keep } of all) {
        page = changedPage(page, new Map(changes), keep)
        for (const [index, entry] of changes) model[index] = entry
        model = model.slice(0, keep)
      }
      for (let index = 0; index < PAGE_SECTORS; index++) {
        const { root, ...entry } = entryAt(page, index)
        assert.deepEqual({ ...entry, root: new Uint8Array(root) }, model[index] ?? UNWRITTEN)
      }
      assert.deepEqual(
        cellsOf(page),
        model.filter((entry) => entry !== undefined).map(({ cell }) => cell),
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
