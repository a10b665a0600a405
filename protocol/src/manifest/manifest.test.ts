import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { sha256 } from '#platform'
import { encodeCbor } from '../cbor/plain-cbor.ts'
import { isStorgoError } from '../errors.ts'
import { CHUNK_BYTES } from '../units.ts'
import {
  decodeManifest,
  decodeManifestNode,
  encodeManifest,
  encodeManifestNode,
  type Manifest,
  type ManifestEntry,
} from './manifest-format.ts'
import { ManifestWriter } from './manifest-writer.ts'
import { type PlacedChunk, readManifest } from './read-manifest.ts'
import { openManifest, type SealedManifest } from './sealed-manifest.ts'

const VOLUME_KEY = new Uint8Array(32).fill(0x11)
const about = { mediaType: 'video/mp4', modifiedMs: 1_700_000_000_123 }

/** Chunks that differ from each other, of `plainBytes` bytes each. */
function aChunk(i: number, plainBytes: number): ManifestEntry {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, i)
  return { digest, key: digest.map((byte) => byte ^ 0xff), plainBytes, codec: 0, sealedBytes: plainBytes + 16 }
}

async function written(chunks: Iterable<ManifestEntry>) {
  const nodes = new Map<string, Uint8Array>()
  let reads = 0
  const writer = new ManifestWriter({
    volumeKey: VOLUME_KEY,
    store: async ({ digest, sealed }) => {
      nodes.set(bytesToHex(digest), sealed)
    },
  })
  for (const chunk of chunks) await writer.add(chunk)
  const file = await writer.finish(about)
  const load = async ({ digest }: ManifestEntry) => {
    reads++
    return nodes.get(bytesToHex(digest)) ?? assert.fail('no such node')
  }
  return { file, nodes, load, reads: () => reads }
}

/** What an array of all chunks says. */
function placedSlowly(chunks: readonly ManifestEntry[], from: number): PlacedChunk[] {
  let end = 0
  const placed = chunks.map((entry) => {
    end += entry.plainBytes
    return { entry, offset: end - entry.plainBytes }
  })
  return placed.filter(({ entry, offset }) => offset + entry.plainBytes > from)
}

test('a manifest gives back its chunks in order, from any byte', async () => {
  const sizes = fc.array(fc.oneof(fc.constant(CHUNK_BYTES), fc.integer({ min: 1, max: CHUNK_BYTES })), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(sizes, fc.double({ min: 0, max: 1.1, noNaN: true }), async (list, part) => {
      const chunks = list.map((size, i) => aChunk(i, size))
      const { file, load, nodes } = await written(chunks)
      const manifest = await openManifest(file)
      const size = list.reduce((sum, bytes) => sum + bytes, 0)
      assert.deepEqual(manifest, { ...about, size, level: 0, entries: chunks })
      assert.equal(file.size, size)
      assert.equal(nodes.size, 0)
      const from = Math.floor(part * size)
      assert.deepEqual(await Array.fromAsync(readManifest(manifest, { load, from })), placedSlowly(chunks, from))
    }),
    { numRuns: 50 },
  )
})

test('a file of more than 4 096 chunks has a tree of nodes, of which a range reads only those on its way', async () => {
  for (const count of [4096, 4097, 8192, 8193, 12_300]) {
    const chunks = Array.from({ length: count }, (_, i) => aChunk(i, 1 + (i % 5)))
    const { file, load, nodes, reads } = await written(chunks)
    const manifest = await openManifest(file)
    assert.equal(nodes.size, count === 4096 ? 0 : Math.ceil(count / 4096))
    assert.equal(manifest.level, count === 4096 ? 0 : 1)
    assert.deepEqual(await Array.fromAsync(readManifest(manifest, { load })), placedSlowly(chunks, 0))
    const before = reads()
    const from = manifest.size - 100
    assert.deepEqual(await Array.fromAsync(readManifest(manifest, { load, from })), placedSlowly(chunks, from))
    assert.ok(reads() - before <= 2)
    assert.deepEqual(await Array.fromAsync(readManifest(manifest, { load, from: manifest.size })), [])
  }
})

test('the same chunks give the same nodes but a root of their own', async () => {
  const chunks = Array.from({ length: 5000 }, (_, i) => aChunk(i, 9))
  const [first, second] = await Promise.all([written(chunks), written(chunks)])
  assert.deepEqual(first.nodes, second.nodes)
  assert.notDeepEqual(first.file.fileKey, second.file.fileKey)
  assert.notDeepEqual(first.file.digest, second.file.digest)
  assert.deepEqual(first.file.digest, sha256(first.file.sealed))
})

test('an entry, media type or time that could not be read back is not written', async () => {
  const writer = new ManifestWriter({ volumeKey: VOLUME_KEY, store: async () => {} })
  const chunk = aChunk(1, 100)
  for (const wrong of [
    { plainBytes: 0 },
    { plainBytes: CHUNK_BYTES + 1 },
    { sealedBytes: 115 },
    { codec: 1 as const, sealedBytes: 116 },
    { digest: new Uint8Array(31) },
  ]) {
    await assert.rejects(writer.add({ ...chunk, ...wrong }), { code: 'REQUEST_INVALID' })
  }
  await assert.rejects(writer.finish({ ...about, mediaType: 'x'.repeat(256) }), { code: 'REQUEST_INVALID' })
  await assert.rejects(writer.finish({ ...about, modifiedMs: 0.5 }), { code: 'REQUEST_INVALID' })
  assert.equal(writer.size, 0)
})

test('a root that is not the one named, or does not open, is told apart', async () => {
  const { file } = await written([aChunk(1, 5)])
  const damaged: SealedManifest = { ...file, sealed: file.sealed.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }
  await assert.rejects(openManifest(damaged), { code: 'SECTOR_CORRUPT' })
  await assert.rejects(openManifest({ ...file, fileKey: VOLUME_KEY }), { code: 'DECRYPTION_FAILED' })
})

test('a node that is not the one its entry names is refused', async () => {
  const { file, nodes } = await written(Array.from({ length: 4100 }, (_, i) => aChunk(i, 9)))
  const manifest = await openManifest(file)
  const read = (load: () => Promise<Uint8Array>) => Array.fromAsync(readManifest(manifest, { load }))
  const last = [...nodes.values()].at(-1) ?? assert.fail()
  await assert.rejects(
    read(async () => last),
    { code: 'SECTOR_CORRUPT' },
  )
  await assert.rejects(
    read(() => Promise.reject(new Error('unreachable'))),
    /unreachable/,
  )
  const swapped = {
    ...manifest,
    entries: manifest.entries.map((entry) => ({ ...entry, plainBytes: entry.plainBytes - 1 })),
  }
  const load = async ({ digest }: ManifestEntry) => nodes.get(bytesToHex(digest)) ?? assert.fail()
  await assert.rejects(Array.fromAsync(readManifest(swapped, { load })), { code: 'MANIFEST_CORRUPT' })
  for (const from of [-1, 0.5, Number.NaN]) {
    await assert.rejects(Array.fromAsync(readManifest(manifest, { load, from })), { code: 'REQUEST_INVALID' })
  }
})

test('a record that is no manifest is MANIFEST_CORRUPT', () => {
  const [digest, key] = [new Uint8Array(32), new Uint8Array(32)]
  const chunk = [digest, key, 5, 0, 21]
  const valid = [1, 5, '', 0, 0, [chunk]]
  assert.equal(decodeManifest(encodeCbor(valid)).size, 5)
  for (const wrong of [
    [2, 5, '', 0, 0, [chunk]],
    [1, 6, '', 0, 0, [chunk]],
    [1, 5, '', 0, 5, [chunk]],
    [1, 0, '', 0, 1, []],
    [1, 5, '', 0, 0, []],
    [1, 5, 'x'.repeat(256), 0, 0, [chunk]],
    [1, 5, '', 0, 0, [[...chunk, 0]]],
    [1, 5, '', 0, 0, [[digest, key, 5, 0, 22]]],
    [1, 5, '', 0, 0, [[digest, key, 5, 1, 21]]],
    [1, 5, '', 0, 0, [[digest, key, 5, 2, 20]]],
    [1, 5, '', 0, 1, [[digest, key, 5, 1, 20]]],
    [1, 5, '', 0, 0, [[digest.subarray(1), key, 5, 0, 21]]],
    [1, 5, '', 0, 0, [chunk, [digest, key, 0, 0, 16]]],
    [1, 4097, '', 0, 0, Array.from({ length: 4097 }, () => [digest, key, 1, 0, 17])],
    [1, 2 ** 20 + 1, '', 0, 0, [[digest, key, 2 ** 20 + 1, 0, 2 ** 20 + 17]]],
  ]) {
    assert.throws(() => decodeManifest(encodeCbor(wrong)), { code: 'MANIFEST_CORRUPT' })
  }
  const node = encodeManifestNode({ level: 0, entries: [aChunk(1, 5)] })
  assert.equal(decodeManifestNode(node, 0, 5).entries.length, 1)
  assert.throws(() => decodeManifestNode(node, 1, 5), { code: 'MANIFEST_CORRUPT' })
  assert.throws(() => decodeManifestNode(node, 0, 6), { code: 'MANIFEST_CORRUPT' })
})

test('random and damaged bytes are a manifest or MANIFEST_CORRUPT', () => {
  const manifest: Manifest = { ...about, size: 12, level: 0, entries: [aChunk(1, 5), aChunk(2, 7)] }
  const valid = encodeManifest(manifest)
  const damaged = fc
    .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((edits) => {
      const copy = new Uint8Array(valid)
      for (const [at, byte] of edits) copy[at] = byte
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
      try {
        const read = decodeManifest(bytes)
        assert.deepEqual(decodeManifest(encodeManifest(read)), read)
      } catch (error) {
        assert.ok(isStorgoError(error, 'MANIFEST_CORRUPT'), String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
