import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareBytes, concatBytes } from '../bytes.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { SlowCatalog } from './catalog.reference.ts'
import type { Catalog } from './catalog.ts'
import { MemoryLog, VOLUME_KEY } from './fixtures/memory-log.ts'
import { MAX_NODE_BYTES, type Ref } from './node.ts'
import { NodeStore, type Place } from './node-store.ts'
import type { Change } from './rewrite.ts'

const FIRST = Uint8Array.of(0x66)

/** Keys that share prefixes, of 2 … 5 bytes or as long as keys get: long ones make a deep tree of few entries. */
function aKey(): fc.Arbitrary<Uint8Array> {
  const short = fc.array(fc.integer({ min: 0x61, max: 0x65 }), { minLength: 1, maxLength: 4 })
  return fc.tuple(short, fc.constantFrom(0, 0, 0, 700, 4092)).map(([bytes, padding]) => {
    return concatBytes(FIRST, Uint8Array.from(bytes), new Uint8Array(padding))
  })
}

function aChange(): fc.Arbitrary<Change> {
  const value = fc.oneof(
    fc.nat(3),
    fc.tuple(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
      fc.maxSafeInteger(),
    ),
    fc.constantFrom(10, 2500, 28_600).map((length) => new Uint8Array(length).fill(7)),
    fc.constant(undefined),
    fc.constant(undefined),
  )
  return fc.record({ key: aKey(), value })
}

/** Every entry, page by page. */
async function entriesOf(catalog: Catalog, prefix = new Uint8Array(0), limit = 7): Promise<[Uint8Array, CborValue][]> {
  const entries: [Uint8Array, CborValue][] = []
  let after: Uint8Array | undefined
  do {
    const page = await catalog.scan({ prefix, limit, ...(after && { after }) })
    assert.ok(page.entries.length === limit || page.next === undefined)
    entries.push(...page.entries.map(({ key, value }): [Uint8Array, CborValue] => [key, value]))
    after = page.next
  } while (after !== undefined)
  return entries
}

/** Reads every node below `root`, checking what the format says of the whole tree; gives the depth of the leaves. */
async function depthOf(log: MemoryLog, root: Ref, place: Place = { depth: 0 }): Promise<number> {
  const node = await new NodeStore(log, VOLUME_KEY, 0).load(root, place)
  assert.ok(root.length <= MAX_NODE_BYTES + 16)
  if (node.kind === 'leaf') return place.depth
  const depths = await Promise.all(
    node.entries.map(({ key, ref }, i) => {
      const before = node.entries[i + 1]?.key ?? place.before
      return depthOf(log, ref, { firstKey: key, before, depth: place.depth + 1 })
    }),
  )
  assert.equal(new Set(depths).size, 1)
  return depths[0] ?? 0
}

test('after any batches of changes the catalog reads like a map, also for one who reads it afresh', async () => {
  const batches = fc.array(fc.array(aChange(), { maxLength: 60 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.array(aKey(), { maxLength: 5 }),
      fc.constantFrom(0, 1 << 16, 1 << 24),
      async (list, more, cache) => {
        const log = new MemoryLog()
        const model = new SlowCatalog()
        let catalog = log.open(null, cache)
        for (const changes of list) {
          catalog = catalog.at(await catalog.apply(changes))
          model.apply(changes)
          if (catalog.root === null) assert.equal(model.size, 0)
          else await depthOf(log, catalog.root)
        }
        const fresh = log.open(catalog.root, cache)
        for (const { key } of [...list.flat(), ...more.map((key) => ({ key }))]) {
          assert.deepEqual(await fresh.get(key), model.get(key))
          const found = await fresh.scan({ prefix: FIRST, after: key, limit: 3 })
          assert.deepEqual(found.entries, model.scan(FIRST, key, 3))
          const below = key.subarray(0, 3)
          assert.deepEqual((await fresh.scan({ prefix: below, limit: 50 })).entries, model.scan(below, undefined, 50))
        }
        const all = model.scan(new Uint8Array(0), undefined, 1000).map(({ key, value }) => [key, value])
        assert.deepEqual(await entriesOf(fresh), all)
      },
    ),
    { numRuns: 60 },
  )
})

test('an older version still reads as it was written', async () => {
  const log = new MemoryLog()
  const key = (i: number) => concatBytes(FIRST, Uint8Array.of(i >> 8, i & 255))
  const changes = Array.from({ length: 2000 }, (_, i) => ({ key: key(i), value: i }))
  const first = log.open().at(await log.open().apply(changes))
  const second = first.at(await first.apply(changes.map((change) => ({ ...change, value: undefined }))))
  assert.equal(second.root, null)
  assert.deepEqual(
    (await entriesOf(first, FIRST, 999)).map(([, value]) => value),
    changes.map(({ value }) => value),
  )
})

test('100 000 entries in one batch, in any order, read back as a map reads', async () => {
  const log = new MemoryLog()
  const model = new SlowCatalog()
  const changes = Array.from({ length: 100_000 }, (_, i) => {
    const mixed = Math.imul(i, 2654435761) >>> 0
    const key = new Uint8Array(33).fill(mixed & 255)
    new DataView(key.buffer).setUint32(1, mixed)
    return { key, value: [i, 1_048_592, 1] }
  })
  model.apply(changes)
  const root = await log.open().apply(changes)
  assert.ok(root !== null)
  assert.ok((await depthOf(log, root)) <= 3)
  const catalog = log.open(root)
  for (const { key, value } of changes.slice(0, 500)) assert.deepEqual(await catalog.get(key), value)
  const sorted = changes.toSorted((a, b) => compareBytes(a.key, b.key))
  assert.deepEqual(
    (await entriesOf(catalog, new Uint8Array(0), 10_000)).map(([, value]) => value),
    sorted.map(({ value }) => value),
  )

  // Most of it goes, and what is left shrinks to a few nodes.
  const rest = catalog.at(await catalog.apply(sorted.slice(40, -40).map(({ key }) => ({ key, value: undefined }))))
  assert.equal((await entriesOf(rest)).length, 80)
  assert.ok(rest.root !== null && (await depthOf(log, rest.root)) <= 1)
})

test('what removals leave behind is joined into fewer nodes', async () => {
  const log = new MemoryLog()
  const changes = Array.from({ length: 20_000 }, (_, i) => {
    const key = new Uint8Array(33)
    new DataView(key.buffer).setUint32(1, Math.imul(i, 2654435761))
    return { key, value: [i, 1, 1] }
  })
  const catalog = log.open(await log.open().apply(changes))
  const thinned = changes.filter((_, i) => i % 40 !== 0).map(({ key }) => ({ key, value: undefined }))
  const rest = log.open(await catalog.apply(thinned), 0)
  log.loads = 0
  assert.equal((await rest.scan({ limit: 10_000 })).entries.length, 500)
  assert.ok(log.loads < 20, `${log.loads} nodes for 500 entries`)
})

test('no inner node is left with one child, however few keys fit a node', async () => {
  const log = new MemoryLog()
  const changes = Array.from({ length: 200 }, (_, i) => ({
    key: concatBytes(FIRST, Uint8Array.of(i), new Uint8Array(4000)),
    value: i,
  }))
  const full = log.open(await log.open().apply(changes))
  assert.ok(full.root !== null && (await depthOf(log, full.root)) >= 4)
  const some = fc.tuple(fc.nat(199), fc.nat(199)).map(([a, b]) => changes.slice(Math.min(a, b), Math.max(a, b)))
  await fc.assert(
    fc.asyncProperty(fc.array(some, { minLength: 1, maxLength: 3 }), async (ranges) => {
      const removed = new Set(ranges.flat())
      const root = await full.apply([...removed].map(({ key }) => ({ key, value: undefined })))
      if (root !== null) await depthOf(log, root)
      const left = changes.filter((change) => !removed.has(change))
      assert.deepEqual(
        (await entriesOf(full.at(root))).map(([, value]) => value),
        left.map(({ value }) => value),
      )
    }),
  )
})

test('a small change writes one node a level, and one that changes nothing writes none', async () => {
  const log = new MemoryLog()
  const changes = Array.from({ length: 20_000 }, (_, i) => {
    const key = new Uint8Array(33)
    new DataView(key.buffer).setUint32(1, Math.imul(i, 2654435761))
    return { key, value: [i, 1, 1] }
  })
  const catalog = log.open(await log.open().apply(changes))
  assert.ok(catalog.root !== null)
  const levels = 1 + (await depthOf(log, catalog.root))
  const before = { appends: log.appends, tail: log.tail }
  const one = changes[777] ?? assert.fail()
  assert.deepEqual(await catalog.apply([one]), catalog.root)
  assert.deepEqual(await catalog.apply([{ key: FIRST, value: undefined }]), catalog.root)
  assert.equal(log.appends, before.appends)
  await catalog.apply([{ key: one.key, value: [1, 2, 3] }])
  assert.equal(log.appends - before.appends, levels)
  assert.ok(log.tail - before.tail < 3 * 8300)
})

test('a key named twice in a batch gets its last value', async () => {
  const log = new MemoryLog()
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)]
  const root = await log.open().apply([
    { key: b, value: 1 },
    { key: a, value: 2 },
    { key: b, value: 3 },
    { key: a, value: undefined },
  ])
  assert.deepEqual(await entriesOf(log.open(root)), [[b, 3]])
})

test('keys, values and pages that the format has no place for are refused', async () => {
  const log = new MemoryLog()
  const catalog = log.open()
  for (const change of [
    { key: new Uint8Array(0), value: 1 },
    { key: new Uint8Array(4098), value: 1 },
    { key: FIRST, value: new Uint8Array(MAX_NODE_BYTES) },
    { key: FIRST, value: [1, [2]] },
  ]) {
    await assert.rejects(catalog.apply([change]), { code: 'REQUEST_INVALID' })
  }
  for (const limit of [0, -1, 0.5, 10_001]) {
    await assert.rejects(catalog.scan({ limit }), { code: 'REQUEST_INVALID' })
  }
  assert.equal(log.appends, 0)
})

test('a node is read once however many want it, and kept within the bound given', async () => {
  const log = new MemoryLog()
  const changes = Array.from({ length: 3000 }, (_, i) => ({ key: Uint8Array.of(1, i >> 8, i & 255), value: i }))
  const root = await log.open().apply(changes)
  const catalog = log.open(root)
  await Promise.all(changes.map(({ key }) => catalog.get(key)))
  assert.equal(log.loads, log.appends)
  await Promise.all(changes.map(({ key }) => catalog.get(key)))
  assert.equal(log.loads, log.appends)

  const forgetful = log.open(root, 0)
  log.loads = 0
  await forgetful.get(Uint8Array.of(1, 1, 1))
  await forgetful.get(Uint8Array.of(1, 1, 1))
  assert.equal(log.loads, 4)
})
