// Holds the log layout, the records and the messages to protocol/vectors; what is sealed is opened and read again.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { sha256 } from '#platform'
import { concatBytes } from './bytes.ts'
import { decodeChunkEntry, decodeFileEntry, pathOfKey } from './catalog/entries.ts'
import { decodeFreeRuns, FREE_RUNS_KEY } from './catalog/free-runs.ts'
import { decodeNode } from './catalog/node.ts'
import { assertPath } from './catalog/path.ts'
import { decodeRootRow, decodeRootsCover, ROOTS_KEY, rootRowKey } from './catalog/root-rows.ts'
import { type CborValue, readCbor } from './cbor/plain-cbor.ts'
import { decodeHead, headHash, readEnvelopes, readFreed } from './head/head-record.ts'
import { chunkKey } from './keys/derive-keys.ts'
import { locateByteSlowly } from './log/extent.reference.ts'
import { type Extent, locate, type SectorRange, sectorsFor } from './log/extent.ts'
import { decodeManifestNode } from './manifest/manifest-format.ts'
import { openManifest } from './manifest/sealed-manifest.ts'
import { decodeHello } from './messages/hello.ts'
import { decodeReply } from './messages/reply.ts'
import { decodeCertificate } from './messages/signed-state.ts'
import { decodeSlotCertifyReply, decodeSlotCertifyRequest } from './messages/slot-certify.ts'
import { decodeSlotCommitReply, decodeSlotCommitRequest } from './messages/slot-commit.ts'
import { decodeSlotHistoryReply, decodeSlotHistoryRequest } from './messages/slot-history.ts'
import { decodeSlotPenReply, decodeSlotPenRequest } from './messages/slot-pen.ts'
import { decodeSlotReadReply, decodeSlotReadRequest, encodeSlotReadRequest } from './messages/slot-read.ts'
import { decodeSlotReleaseReply, decodeSlotReleaseRequest } from './messages/slot-release.ts'
import { decodeSlotStateReply, decodeSlotStateRequest } from './messages/slot-state.ts'
import { decodeSlotSyncReply, decodeSlotSyncRequest } from './messages/slot-sync.ts'
import { decodeSlotWriteReply, decodeSlotWriteRequest } from './messages/slot-write.ts'
import { unseal } from './sealing/seal.ts'

async function read<Vectors>(name: string): Promise<Vectors> {
  return JSON.parse(await readFile(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'))
}
const bytes = (hex: Hex) => hexToBytes(hex)

/** A value as the files write it: bytes as hex, 64-bit numbers as decimal text. */
function asWritten(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Uint8Array) return bytesToHex(inner)
      return typeof inner === 'bigint' ? inner.toString() : inner
    }),
  )
}

test('log.json', async () => {
  type Vectors = {
    extents: (Extent & { k: number; ranges: SectorRange[] })[]
    tails: { tail: number; k: number; sectors: number }[]
  }
  const { extents, tails } = await read<Vectors>('log')
  for (const { offset, length, k, ranges } of extents) {
    assert.deepEqual(locate({ offset, length }, k), ranges)
    let at = offset
    for (const { stripe, slot, offset: within, length: taken } of ranges) {
      assert.deepEqual({ stripe, slot, offset: within }, locateByteSlowly(at, k))
      at += taken
    }
  }
  for (const { tail, k, sectors } of tails) assert.equal(sectorsFor(tail, k), sectors)
})

test('manifest.json', async () => {
  type Root = { size: number; encoded: Hex; sealed: Hex; digest: Hex; fileKey: Hex }
  type Vectors = { volumeKey: Hex; node: { level: number; entries: unknown; encoded: Hex; sealed: Hex }; roots: Root[] }
  const { volumeKey, node, roots } = await read<Vectors>('manifest')
  for (const { encoded, sealed, digest, fileKey, ...root } of roots) {
    const manifest = await openManifest({ sealed: bytes(sealed), digest: bytes(digest), fileKey: bytes(fileKey) })
    assert.deepEqual(asWritten(manifest), root)
    assert.equal(bytesToHex(await unseal(bytes(fileKey), bytes(sealed))), encoded)
  }
  const size = roots[1]?.size ?? assert.fail()
  assert.deepEqual(asWritten(decodeManifestNode(bytes(node.encoded), 0, size).entries), node.entries)
  const key = await chunkKey(bytes(volumeKey), bytes(node.encoded))
  assert.equal(bytesToHex(await unseal(key, bytes(node.sealed))), node.encoded)
})

test('catalog.json', async () => {
  type Sealed = { encoded: Hex; key: Hex; sealed: Hex }
  type Vectors = {
    volumeKey: Hex
    chunk: { digest: Hex; offset: number; sealedBytes: number; refs: number; key: Hex; value: Hex }
    file: { path: string; digest: Hex; key: Hex; value: Hex } & Record<string, unknown>
    unnamedChunk: { digest: Hex; value: Hex } & Record<string, unknown>
    rootsCover: { key: Hex; value: Hex } & Record<string, unknown>
    rootRow: { level: number; index: number; n: number; nodes: Hex; key: Hex; value: Hex }
    freeRuns: { runs: unknown; key: Hex; value: Hex }
    leaf: Sealed & { entries: Hex[] }
    inner: Sealed & { children: { firstKey: Hex; ref: unknown }[] }
    refused: Record<string, Hex>
    paths: { accepted: string[]; refused: string[] }
  }
  const vectors = await read<Vectors>('catalog')
  const { volumeKey, chunk, file, leaf, inner, refused, paths } = vectors
  const value = (hex: Hex): CborValue => readCbor(bytes(hex), { code: 'INTERNAL', what: 'value' }, (any) => any)
  const { offset, sealedBytes, refs } = chunk
  assert.deepEqual(decodeChunkEntry(value(chunk.value)), { offset, sealedBytes, refs })
  assert.equal(chunk.key, `0x63${chunk.digest.slice(2)}`)
  const { path, key: fileKeyBytes, value: fileValue, ...entry } = file
  assert.deepEqual(asWritten(decodeFileEntry(value(fileValue))), entry)
  assert.equal(pathOfKey(bytes(fileKeyBytes)), path)
  const { digest: _, value: unnamedValue, ...unnamed } = vectors.unnamedChunk
  assert.deepEqual(decodeChunkEntry(value(unnamedValue)), unnamed)
  const { key: coverKey, value: coverValue, ...cover } = vectors.rootsCover
  assert.equal(coverKey, bytesToHex(ROOTS_KEY))
  assert.deepEqual(decodeRootsCover(value(coverValue)), cover)
  const { level, index, n, nodes, key: rowKey, value: rowValue } = vectors.rootRow
  assert.equal(rowKey, bytesToHex(rootRowKey(level, index)))
  assert.equal(bytesToHex(concatBytes(...decodeRootRow(value(rowValue), n))), nodes)
  const { runs, key: runsKey, value: runsValue } = vectors.freeRuns
  assert.equal(runsKey, bytesToHex(FREE_RUNS_KEY))
  assert.deepEqual(asWritten(decodeFreeRuns(value(runsValue))), runs)
  for (const { encoded, key, sealed } of [leaf, inner]) {
    assert.equal(bytesToHex(await chunkKey(bytes(volumeKey), bytes(encoded))), key)
    assert.equal(bytesToHex(await unseal(bytes(key), bytes(sealed))), encoded)
  }
  const leafEntries = decodeNode(bytes(leaf.encoded)).entries
  assert.deepEqual(asWritten(leafEntries.map(({ key }) => key)), leaf.entries)
  const innerEntries = asWritten(decodeNode(bytes(inner.encoded)).entries)
  assert.deepEqual(
    innerEntries,
    inner.children.map(({ firstKey, ref }) => ({ key: firstKey, ref })),
  )
  for (const [what, hex] of Object.entries(refused)) {
    assert.throws(() => decodeNode(bytes(hex)), { code: 'CATALOG_CORRUPT' }, what)
  }
  for (const accepted of paths.accepted) assertPath(accepted)
  for (const wrong of paths.refused) assert.throws(() => assertPath(wrong), { code: 'PATH_INVALID' })
})

test('head.json', async () => {
  type Vectors = { headKey: Hex; heads: ({ record: Hex; hash: Hex; envelopes: unknown } & Record<string, unknown>)[] }
  const { headKey, heads } = await read<Vectors>('head')
  for (const { record, hash, ...head } of heads) {
    assert.deepEqual(asWritten(await decodeHead(bytes(record), bytes(headKey))), head)
    assert.deepEqual(asWritten(readEnvelopes(bytes(record))), head.envelopes)
    assert.deepEqual(readFreed(bytes(record)), head['freed'])
    assert.equal(bytesToHex(headHash(bytes(record))), hash)
    assert.equal(bytesToHex(sha256(bytes(record))), hash)
  }
})

test('messages.json', async () => {
  type Message = { fields: unknown; bytes: Hex; bulkBytes?: number }
  const decoders = {
    hello: decodeHello,
    certificate: decodeCertificate,
    slotStateRequest: decodeSlotStateRequest,
    slotStateReplyOfNothing: decodeSlotStateReply,
    slotStateReply: decodeSlotStateReply,
    slotWriteRequest: decodeSlotWriteRequest,
    slotWriteRequestOfFresh: decodeSlotWriteRequest,
    slotWriteRequestOfSector: decodeSlotWriteRequest,
    slotWriteReply: decodeSlotWriteReply,
    slotCommitRequest: decodeSlotCommitRequest,
    slotCommitRequestOfAnotherWriter: decodeSlotCommitRequest,
    slotCommitReply: decodeSlotCommitReply,
    slotCertifyRequest: decodeSlotCertifyRequest,
    slotCertifyReply: decodeSlotCertifyReply,
    slotReadRequest: decodeSlotReadRequest,
    slotReadReply: decodeSlotReadReply,
    slotPenRequest: decodeSlotPenRequest,
    slotPenReply: decodeSlotPenReply,
    slotSyncRequest: decodeSlotSyncRequest,
    slotSyncReply: decodeSlotSyncReply,
    slotHistoryRequest: decodeSlotHistoryRequest,
    slotHistoryReply: decodeSlotHistoryReply,
    slotReleaseRequest: decodeSlotReleaseRequest,
    slotReleaseReply: decodeSlotReleaseReply,
  }
  const messages = await read<Record<keyof typeof decoders, Message>>('messages')
  for (const [name, decode] of Object.entries(decoders) as [
    keyof typeof decoders,
    (typeof decoders)[keyof typeof decoders],
  ][]) {
    const { fields, bytes: encoded, bulkBytes = 0 } = messages[name]
    assert.deepEqual(asWritten(decode(bytes(encoded), bulkBytes)), fields, name)
  }
})

test('messages.json: replies, refused bytes and fields of a newer version', async () => {
  type Vectors = {
    reply: { body: Hex; bytes: Hex }
    errorReply: { code: string; message: string; details: object; bytes: Hex }
    refused: Record<string, Hex>
    newer: Hex
  }
  const { reply, errorReply, refused, newer } = await read<Vectors>('messages')
  assert.equal(bytesToHex(decodeReply(bytes(reply.bytes))), reply.body)
  const { bytes: encoded, ...error } = errorReply
  assert.throws(() => decodeReply(bytes(encoded)), error)
  for (const [what, hex] of Object.entries(refused)) {
    assert.throws(() => decodeSlotReadRequest(bytes(hex)), { code: 'REQUEST_INVALID' }, what)
  }
  assert.equal(bytesToHex(encodeSlotReadRequest(decodeSlotReadRequest(bytes(newer)))), newer)
})

test('the bytes shown in docs/protocol are those of the vectors', async () => {
  const vectors = await readFile(new URL('../vectors/messages.json', import.meta.url), 'utf8')
  for (const page of [
    'hello',
    'slot-state',
    'slot-write',
    'slot-commit',
    'slot-certify',
    'slot-read',
    'slot-pen',
    'slot-sync',
    'slot-history',
    'slot-release',
  ]) {
    const text = await readFile(new URL(`../../docs/protocol/${page}.md`, import.meta.url), 'utf8')
    const shown = [...text.matchAll(/```hex\n([0-9a-f\n]+)```/g)].map(([, hex]) => hex?.replaceAll('\n', ''))
    assert.ok(shown.length > 0, page)
    for (const hex of shown) assert.ok(vectors.includes(`"bytes": "0x${hex}"`), page)
  }
})
