import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import { encodeCbor } from '../cbor/plain-cbor.ts'
import { isStorgoError, StorgoError } from '../errors.ts'
import { seal } from '../sealing/seal.ts'
import { Catalog } from './catalog.ts'
import { MemoryLog } from './fixtures/memory-log.ts'
import { decodeNode, encodeNode, MAX_NODE_BYTES, type Node, type Ref } from './node.ts'

const KEY = new Uint8Array(32).fill(9)
const corrupt = { code: 'CATALOG_CORRUPT' }
const key = (...bytes: number[]) => Uint8Array.from(bytes)

/** Seals any bytes as a node, with a key of one's choice: what only the holder of the volume key can do. */
async function sealed(log: MemoryLog, node: Node | Uint8Array): Promise<Ref> {
  const bytes = node instanceof Uint8Array ? node : encodeNode(node)
  return { ...(await log.append(await seal(KEY, bytes))), key: KEY }
}

const leaf = (...keys: Uint8Array[]): Node => ({ kind: 'leaf', entries: keys.map((key) => ({ key, value: 1 })) })
const inner = (...entries: [Uint8Array, Ref][]): Node => ({
  kind: 'inner',
  entries: entries.map(([key, ref]) => ({ key, ref })),
})

/** Every way into a tree; `at` is a key whose path leads through what is wrong. */
async function assertCorrupt(log: MemoryLog, root: Ref, at: Uint8Array): Promise<void> {
  // No cache: the nodes here share one key, by which a cache would take them for one another.
  const catalog: Catalog = log.open(root, 0)
  await assert.rejects(catalog.get(at), corrupt)
  await assert.rejects(catalog.scan({ limit: 10_000 }), corrupt)
  await assert.rejects(catalog.apply([{ key: at, value: 2 }]), corrupt)
}

test('a node that is not one is refused wherever it is met', async () => {
  const cases: [string, Uint8Array][] = [
    ['keys out of order', encodeNode(leaf(key(2), key(1)))],
    ['a key twice', encodeNode(leaf(key(1), key(1)))],
    ['no entries', encodeNode(leaf())],
    ['an empty key', encodeNode(leaf(key()))],
    ['a key too long', encodeNode(leaf(new Uint8Array(4098)))],
    ['an unknown kind', encodeCbor([2, []])],
    ['one child', encodeNode(inner([key(1), { offset: 0, length: 20, key: KEY }]))],
    [
      'a ref to nothing',
      encodeCbor([
        1,
        [
          [key(1), [0, 16, KEY]],
          [key(2), [0, 20, KEY]],
        ],
      ]),
    ],
    [
      'a ref beyond the log',
      encodeCbor([
        1,
        [
          [key(1), [-1, 20, KEY]],
          [key(2), [0, 20, KEY]],
        ],
      ]),
    ],
    [
      'a short key of a ref',
      encodeCbor([
        1,
        [
          [key(1), [0, 20, key(1)]],
          [key(2), [0, 20, KEY]],
        ],
      ]),
    ],
    ['three parts', encodeCbor([0, [[key(1), 1]], 0])],
    ['an entry of one part', encodeCbor([0, [[key(1)]]])],
    ['a text key', encodeCbor([0, [['a', 1]]])],
    ['a map', encode({ 0: [] })],
    [
      'too many bytes',
      encodeCbor([
        0,
        [
          [key(1), new Uint8Array(MAX_NODE_BYTES)],
          [key(2), 0],
        ],
      ]),
    ],
    ['bytes after it', concatBytes(encodeNode(leaf(key(1))), key(0))],
    ['nothing', new Uint8Array(1)],
  ]
  for (const [what, bytes] of cases) {
    assert.throws(() => decodeNode(bytes), corrupt, what)
    const log = new MemoryLog()
    await assertCorrupt(log, await sealed(log, bytes), key(1))
  }
})

test('a child whose keys its parent denies is refused', async () => {
  const log = new MemoryLog()
  const low = await sealed(log, leaf(key(1), key(2)))
  const high = await sealed(log, leaf(key(5), key(6)))
  await assertCorrupt(log, await sealed(log, inner([key(0), low], [key(5), high])), key(1))
  await assertCorrupt(log, await sealed(log, inner([key(1), low], [key(2), high])), key(1))
  await assertCorrupt(log, await sealed(log, inner([key(1), low], [key(5), low])), key(5))
  assert.equal(await log.open(await sealed(log, inner([key(1), low], [key(5), high])), 0).get(key(5)), 1)
})

test('a tree that leads back to itself ends at the first turn', async () => {
  const log = new MemoryLog()
  // The next node's own place is known: its offset is the tail, and its length does not depend on the offset's value.
  const self = (length: number): Ref => ({ offset: log.tail, length, key: KEY })
  const loops = [
    (ref: Ref) => inner([key(1), ref], [key(2), ref]),
    (ref: Ref) => inner([key(1), ref], [key(2), { ...ref, offset: 0 }]),
  ]
  for (const loop of loops) {
    log.loads = 0
    const length = encodeNode(loop(self(100))).length + 16
    const root = await sealed(log, loop(self(length)))
    assert.equal(root.length, length)
    await assertCorrupt(log, root, key(1))
    assert.ok(log.loads <= 9)
  }
})

test('a tree deeper than any that is written is refused', async () => {
  const log = new MemoryLog()
  let root = await sealed(log, leaf(key(1)))
  const deepen = async (depth: number) => {
    const right = key(2 + depth)
    root = await sealed(log, inner([key(1), root], [right, await sealed(log, leaf(right))]))
  }
  for (let depth = 0; depth < 12; depth++) await deepen(depth)
  assert.equal((await log.open(root, 0).scan({ limit: 100 })).entries.length, 13)
  await deepen(12)
  await assertCorrupt(log, root, key(1))
})

test('a leaf and an inner node are no neighbours', async () => {
  const log = new MemoryLog()
  const low = await sealed(log, leaf(key(1), key(2)))
  const pair = inner([key(5), await sealed(log, leaf(key(5)))], [key(6), await sealed(log, leaf(key(6)))])
  const root = await sealed(log, inner([key(1), low], [key(5), await sealed(log, pair)]))
  await assert.rejects(log.open(root, 0).apply([{ key: key(1), value: undefined }]), corrupt)
})

test('a node that does not open, or has another length, is refused; an error of the log passes through', async () => {
  const log = new MemoryLog()
  const root = await sealed(log, leaf(key(1)))
  await assertCorrupt(log, { ...root, key: new Uint8Array(32) }, key(1))
  await assertCorrupt(log, { ...root, length: root.length + 1 }, key(1))
  const unreachable = new StorgoError('NOT_ENOUGH_SLOTS', 'three of six slots answer')
  const load = () => Promise.reject(unreachable)
  const catalog = Catalog.open({ root, volumeKey: KEY, cacheBytes: 0, load, append: log.append })
  await assert.rejects(catalog.get(key(1)), unreachable)
  await assert.rejects(catalog.apply([{ key: key(1), value: 2 }]), unreachable)
})

test('random and damaged bytes are a node or CATALOG_CORRUPT', () => {
  const valid = encodeNode({
    kind: 'inner',
    entries: [1, 5, 9].map((at) => ({ key: key(at, at), ref: { offset: at, length: 100, key: KEY } })),
  })
  const damaged = fc
    .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((edits) => {
      const copy = new Uint8Array(valid)
      for (const [at, byte] of edits) copy[at] = byte
      return copy
    })
  const cut = fc.nat(valid.length).map((end) => valid.subarray(0, end))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged, cut), (bytes) => {
      try {
        const node = decodeNode(bytes)
        assert.deepEqual(decodeNode(encodeNode(node)), node)
      } catch (error) {
        assert.ok(isStorgoError(error, 'CATALOG_CORRUPT'), String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
