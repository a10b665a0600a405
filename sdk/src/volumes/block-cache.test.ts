import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECTOR_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { BlockCache } from './block-cache.ts'
import type { SlotRange } from './read-plan.ts'

const K = 3
const byteAt = (x: number) => (x * 31 + (x >> 11)) & 255

/** The slots of a log whose byte x is `byteAt(x)`. */
function aLog() {
  const asked: SlotRange[] = []
  const read = async (range: SlotRange) => {
    asked.push(range)
    const start = (range.sector * K + range.slot) * SECTOR_BYTES + range.offset
    return Uint8Array.from({ length: range.length }, (_, i) => byteAt(start + i))
  }
  return { asked, read }
}

test('any small extent has the bytes of the log, also across blocks and sectors', async () => {
  const near = fc
    .integer({ min: 1, max: 60 })
    .chain((edge) => fc.integer({ min: -40_000, max: 40_000 }).map((by) => Math.max(0, edge * (128 << 10) + by)))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(near, fc.integer({ min: 1, max: 32 << 10 })), { maxLength: 4 }),
      async (extents) => {
        const cache = new BlockCache()
        const { read } = aLog()
        for (const [offset, length] of extents) {
          const bytes = await cache.read({ offset, length }, K, read)
          assert.ok(Buffer.from(bytes).equals(Uint8Array.from({ length }, (_, i) => byteAt(offset + i))))
        }
      },
    ),
    { numRuns: 20 },
  )
})

test('neighbours share one read, also while it is on its way', async () => {
  const cache = new BlockCache()
  const { asked, read } = aLog()
  await Promise.all([0, 500, 90_000].map((offset) => cache.read({ offset, length: 400 }, K, read)))
  await cache.read({ offset: 700, length: 9 }, K, read)
  assert.equal(asked.length, 1)
})

test('a read that failed is tried again', async () => {
  const cache = new BlockCache()
  const { asked, read } = aLog()
  await assert.rejects(
    cache.read({ offset: 0, length: 1 }, K, () => Promise.reject(new Error('gone'))),
    { message: 'gone' },
  )
  await cache.read({ offset: 0, length: 1 }, K, read)
  assert.equal(asked.length, 1)
})

test('large extents and those near the tail, which may still change, are not taken', () => {
  const cache = new BlockCache()
  const tail = 300_000
  assert.equal(cache.takes({ offset: 1_000, length: 32 << 10 }, { k: K, tail }), true)
  assert.equal(cache.takes({ offset: 1_000, length: (32 << 10) + 1 }, { k: K, tail }), false)
  assert.equal(cache.takes({ offset: 270_000, length: 10 }, { k: K, tail }), false)
})
