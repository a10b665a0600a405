import { StorgoError } from '../errors.ts'
import { openChunk } from '../sealing/chunk.ts'
import { RAW } from '../sealing/encode-chunk.ts'
import { SEAL_OVERHEAD_BYTES } from '../sealing/seal.ts'
import { decodeManifestNode, type Manifest, type ManifestEntry, type ManifestNode } from './manifest-format.ts'

/** A chunk of a file, and where in the file its bytes begin. */
export type PlacedChunk = { entry: ManifestEntry; offset: number }

export type ReadManifestOptions = {
  /** The sealed bytes that `entry.digest` names: a node. */
  load(entry: ManifestEntry): Promise<Uint8Array>
  /** First byte of the file that is wanted; 0 by default. */
  from?: number
}

/**
 * The chunks of a file in order, from the one that holds byte `from`; none if the file ends before it. Loads only the
 * nodes on the way, one at a time, and no chunk.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for a `from` that is no offset; `SECTOR_CORRUPT`, `DECRYPTION_FAILED` or
 *   `MANIFEST_CORRUPT` for a node that is not the one its entry names. Errors of `load` pass through.
 */
export async function* readManifest(
  manifest: Manifest,
  { load, from = 0 }: ReadManifestOptions,
): AsyncGenerator<PlacedChunk, void, undefined> {
  if (!Number.isSafeInteger(from) || from < 0) throw new StorgoError('REQUEST_INVALID', 'no such offset', { from })
  yield* readNode(manifest, 0, from, load)
}

async function* readNode(
  { level, entries }: ManifestNode,
  start: number,
  from: number,
  load: ReadManifestOptions['load'],
): AsyncGenerator<PlacedChunk, void, undefined> {
  let offset = start
  for (const entry of entries) {
    if (offset + entry.plainBytes > from) {
      if (level === 0) yield { entry, offset }
      else yield* readNode(await openNode(entry, level - 1, await load(entry)), offset, from, load)
    }
    offset += entry.plainBytes
  }
}

async function openNode(entry: ManifestEntry, level: number, sealed: Uint8Array): Promise<ManifestNode> {
  const { digest, key, sealedBytes } = entry
  const nodeBytes = sealedBytes - SEAL_OVERHEAD_BYTES
  const bytes = await openChunk({ sealed, digest, key, codec: RAW, plainBytes: nodeBytes })
  return decodeManifestNode(bytes, level, entry.plainBytes)
}
