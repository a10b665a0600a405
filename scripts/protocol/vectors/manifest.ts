import { deriveVolumeKey, type ManifestEntry } from '@storgo/protocol'
import { chunkKey } from '../../../protocol/src/keys/derive-keys.ts'
import { encodeManifest, encodeManifestNode } from '../../../protocol/src/manifest/manifest-format.ts'
import { sealManifest } from '../../../protocol/src/manifest/sealed-manifest.ts'
import { sha256 } from '../../../protocol/src/platform/node.ts'
import { seal } from '../../../protocol/src/sealing/seal.ts'
import { MASTER_KEY, STREAM, stream } from './material.ts'

const volumeKey = deriveVolumeKey(MASTER_KEY, 31337, 1n)

function aChunk(i: number, plainBytes: number): ManifestEntry {
  return {
    digest: stream(`digest ${i}`, 32),
    key: stream(`key ${i}`, 32),
    plainBytes,
    codec: i === 1 ? 1 : 0,
    sealedBytes: i === 1 ? 777 : plainBytes + 16,
  }
}

/** Roots of an empty file, of one of three chunks and of one with a node, with its node: section 9. */
export async function manifestVectors() {
  const about = { mediaType: 'text/plain; charset=utf-8', modifiedMs: 1_700_000_000_123 }
  const chunks = [aChunk(0, 1 << 20), aChunk(1, 1 << 20), aChunk(2, 12_345)]
  const size = chunks.reduce((sum, { plainBytes }) => sum + plainBytes, 0)

  const node = encodeManifestNode({ level: 0, entries: chunks })
  const key = await chunkKey(volumeKey, node)
  const sealedNode = await seal(key, node)
  const nodeEntry = {
    digest: sha256(sealedNode),
    key,
    plainBytes: size,
    codec: 0 as const,
    sealedBytes: sealedNode.length,
  }
  const roots = [
    { ...about, size: 0, level: 0, entries: [] },
    { ...about, size, level: 0, entries: chunks },
    { mediaType: '', modifiedMs: -1, size, level: 1, entries: [nodeEntry] },
  ]
  return {
    description: `docs/protocol/types.md, section 9. ${STREAM}. A root's file key is stream("file key i", 32).`,
    volumeKey,
    node: { level: 0, entries: chunks, encoded: node, sealed: sealedNode },
    roots: await Promise.all(
      roots.map(async (root, i) => {
        const encoded = encodeManifest(root)
        return { ...root, encoded, ...(await sealManifest(encoded, stream(`file key ${i}`, 32))) }
      }),
    ),
  }
}
