import {
  chunkKeyOf,
  deriveVolumeKey,
  type Epoch,
  encodeChunkEntry,
  encodeFileEntry,
  encodeFreeRuns,
  encodeRootsCover,
  FREE_RUNS_KEY,
  fileKeyOf,
  ROOTS_KEY,
  rootRowKey,
} from '@storgo/protocol'
import { encodeNode, type Node } from '../../../protocol/src/catalog/node.ts'
import { encodeCbor } from '../../../protocol/src/cbor/plain-cbor.ts'
import { chunkKey } from '../../../protocol/src/keys/derive-keys.ts'
import { seal } from '../../../protocol/src/sealing/seal.ts'
import { MASTER_KEY, STREAM, stream } from './material.ts'

const volumeKey = deriveVolumeKey(MASTER_KEY, 31337, 1n)

async function sealed(node: Node) {
  const encoded = encodeNode(node)
  const key = await chunkKey(volumeKey, encoded)
  return { encoded, key, sealed: await seal(key, encoded) }
}

/** Entries, also those for writers, a leaf, an inner node over two such, nodes that are none, and paths: section 10. */
export async function catalogVectors() {
  const chunk = { digest: stream('chunk', 32), offset: 123_456, sealedBytes: 1_048_592, refs: 3 }
  const unnamed = { digest: stream('chunk', 32), offset: 99, sealedBytes: 17, refs: 0, sinceSeconds: 1_800_000_000 }
  const cover = { covered: 70_000, open: 30, end: 33 }
  const row = { level: 2, index: 273, n: 6, nodes: stream('row', 6 * 7 * 32) }
  const runs = [
    { first: 3, count: 2, nonce: 0n, epoch: 0 as Epoch },
    { first: 70_000, count: 1, nonce: 12n, epoch: 7 as Epoch },
  ]
  const file = {
    path: 'Fotos/2024/Überblick.jpg',
    digest: stream('file', 32),
    fileKey: stream('file key', 32),
    size: 3_000_000,
    modifiedMs: 1_700_000_000_123,
    mediaType: 'image/jpeg',
  }
  const entries = [
    { key: chunkKeyOf(chunk.digest), value: encodeChunkEntry(chunk) },
    { key: fileKeyOf(file.path), value: encodeFileEntry(file) },
  ] as const
  const left = await sealed({ kind: 'leaf', entries: [entries[0]] })
  const right = await sealed({ kind: 'leaf', entries: [entries[1]] })
  const refs = [
    { offset: 0, length: left.sealed.length, key: left.key },
    { offset: 2 ** 40, length: right.sealed.length, key: right.key },
  ] as const
  const key = stream('any key', 32)
  return {
    description: `docs/protocol/types.md, section 10. ${STREAM}. Every node of "refused" is not one.`,
    volumeKey,
    chunk: { ...chunk, key: entries[0].key, value: encodeCbor(entries[0].value) },
    file: { ...file, key: entries[1].key, value: encodeCbor(entries[1].value) },
    unnamedChunk: { ...unnamed, value: encodeCbor(encodeChunkEntry(unnamed)) },
    rootsCover: { ...cover, key: ROOTS_KEY, value: encodeCbor(encodeRootsCover(cover)) },
    rootRow: { ...row, key: rootRowKey(row.level, row.index), value: encodeCbor(row.nodes) },
    freeRuns: { runs, key: FREE_RUNS_KEY, value: encodeCbor(encodeFreeRuns(runs) ?? null) },
    leaf: { entries: entries.map(({ key }) => key), ...(await sealed({ kind: 'leaf', entries })) },
    inner: {
      children: refs.map((ref, i) => ({ firstKey: entries[i]?.key, ref })),
      ...(await sealed({
        kind: 'inner',
        entries: [
          { key: entries[0].key, ref: refs[0] },
          { key: entries[1].key, ref: refs[1] },
        ],
      })),
    },
    refused: {
      'no entries': encodeCbor([0, []]),
      'keys out of order': encodeCbor([
        0,
        [
          [Uint8Array.of(2), 1],
          [Uint8Array.of(1), 1],
        ],
      ]),
      'a key twice': encodeCbor([
        0,
        [
          [Uint8Array.of(1), 1],
          [Uint8Array.of(1), 1],
        ],
      ]),
      'an empty key': encodeCbor([0, [[new Uint8Array(0), 1]]]),
      'an unknown kind': encodeCbor([2, [[Uint8Array.of(1), 1]]]),
      'one child': encodeCbor([1, [[Uint8Array.of(1), [0, 100, key]]]]),
      'an empty extent': encodeCbor([
        1,
        [
          [Uint8Array.of(1), [0, 16, key]],
          [Uint8Array.of(2), [0, 16, key]],
        ],
      ]),
      'a third part': encodeCbor([0, [[Uint8Array.of(1), 1]], 0]),
    },
    paths: {
      accepted: ['a', 'a/b', '...', '.hidden', 'ö/日本.txt', 'a b', 'C:\\x', '~'],
      refused: ['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\0b'],
    },
  }
}
