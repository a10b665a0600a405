import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Extent } from '../log/extent.ts'
import type { Catalog } from './catalog.ts'
import { MemoryLog } from './fixtures/memory-log.ts'

const keyOf = (number: number) => Uint8Array.of(0x66, number >> 16, number >> 8, number)
const contentOf = (number: number) => new Uint8Array(number % 90).fill(number)
const entries = (numbers: readonly number[]) =>
  numbers.map((number) => ({ key: keyOf(number), value: contentOf(number) }))

async function walked(catalog: Catalog) {
  const nodes = await Array.fromAsync(catalog.nodes())
  return { extents: nodes.map(({ ref }): Extent => ref), entries: nodes.flatMap((node) => node.entries) }
}

test('a walk meets every entry in order, and every node once', async () => {
  const log = new MemoryLog()
  const numbers = Array.from({ length: 3000 }, (_, i) => i)
  const root = await log.open().apply(entries(numbers))
  const { appends } = log
  for (const cache of [0, 1 << 24]) {
    const found = await walked(log.open(root, cache))
    assert.deepEqual(found.entries, entries(numbers))
    assert.equal(found.extents.length, appends)
    assert.equal(new Set(found.extents.map(({ offset }) => offset)).size, appends)
  }
})

test('nodes that are to move are written again, and nothing else that the change does not touch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(2000), { maxLength: 900 }),
      fc.array(fc.nat(2000), { maxLength: 4 }),
      fc.tuple(fc.nat(), fc.nat()),
      async (numbers, changed, [x, y]) => {
        const log = new MemoryLog()
        const before = log.open(await log.open().apply(entries(numbers)))
        const { extents: old } = await walked(before)
        const [from, to] = [Math.min(x % (log.tail + 1), y % (log.tail + 1)), Math.max(x, y) % (log.tail + 1)]
        const moves = ({ offset, length }: Extent) => offset < to && offset + length > from
        const start = log.tail
        const after = before.at(await before.apply(entries(changed), moves))
        const found = await walked(after)
        assert.deepEqual(
          found.entries.map(({ key }) => key),
          entries([...new Set([...numbers, ...changed])].sort((a, b) => a - b)).map(({ key }) => key),
        )
        assert.ok(found.extents.every((extent) => !moves(extent) || extent.offset >= start))
        if (old.every((extent) => !moves(extent)) && changed.every((number) => numbers.includes(number)))
          assert.equal(log.tail, start)
      },
    ),
    { numRuns: 60 },
  )
})
