import { MAX_MEDIA_TYPE_BYTES } from '../catalog/entries.ts'
import { asBytes, asInteger, asList, asText, readShape, type ShapeProblem } from '../cbor/cbor-shape.ts'
import { type CborValue, encodeCbor, readCbor } from '../cbor/plain-cbor.ts'
import { type Codec, RAW, ZSTD } from '../sealing/encode-chunk.ts'
import { SEAL_OVERHEAD_BYTES } from '../sealing/seal.ts'
import { CHUNK_BYTES, HASH_BYTES } from '../units.ts'

/** Most entries of a manifest's root or node. */
export const MAX_MANIFEST_ENTRIES = 4096
/** Most levels of nodes below a root: more chunks than any file has bytes. */
export const MAX_MANIFEST_LEVEL = 4

/**
 * A chunk of a file or, in a root or node with `level` ≥ 1, a node: digest of its sealed bytes, the key that opens them
 * (32 bytes each), how many bytes of the file it holds, its codec, and its sealed bytes' length.
 */
export type ManifestEntry = {
  digest: Uint8Array
  key: Uint8Array
  plainBytes: number
  codec: Codec
  sealedBytes: number
}

/** What a root or node lists: chunks at level 0, nodes of the level below otherwise. */
export type ManifestNode = { level: number; entries: readonly ManifestEntry[] }

/** A file's manifest: its size in bytes, media type, modification time (Unix ms), and its first level of entries. */
export type Manifest = ManifestNode & { size: number; mediaType: string; modifiedMs: number }

const VERSION = 1
const problem: ShapeProblem = { code: 'MANIFEST_CORRUPT', what: 'manifest' }

/** @throws {StorgoError} `REQUEST_INVALID` for a media type or time that {@link decodeManifest} would refuse. */
export function encodeManifest({ size, mediaType, modifiedMs, level, entries }: Manifest): Uint8Array {
  readShape({ code: 'REQUEST_INVALID', what: 'file’s media type or time' }, () => {
    asText(mediaType, MAX_MEDIA_TYPE_BYTES)
    asInteger(modifiedMs, Number.MIN_SAFE_INTEGER)
  })
  return encodeCbor([VERSION, size, mediaType, modifiedMs, level, entries.map(entryToCbor)])
}

/** @throws {StorgoError} `MANIFEST_CORRUPT` unless it is one whose entries add up to its size. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  return readCbor(bytes, problem, (value) => {
    const [version, size, mediaType, modifiedMs, level, entries] = asList(value, 6)
    asInteger(version, VERSION, VERSION)
    const manifest = {
      size: asInteger(size),
      mediaType: asText(mediaType, MAX_MEDIA_TYPE_BYTES),
      modifiedMs: asInteger(modifiedMs, Number.MIN_SAFE_INTEGER),
      level: asInteger(level, 0, MAX_MANIFEST_LEVEL),
    }
    if (manifest.size === 0 && manifest.level > 0) throw new RangeError('an empty file has no nodes')
    return { ...manifest, entries: entriesOf(entries, manifest.level, manifest.size) }
  })
}

export function encodeManifestNode({ level, entries }: ManifestNode): Uint8Array {
  return encodeCbor([level, entries.map(entryToCbor)])
}

/** @throws {StorgoError} `MANIFEST_CORRUPT` unless it is a node of `level` whose entries add up to `plainBytes`. */
export function decodeManifestNode(bytes: Uint8Array, level: number, plainBytes: number): ManifestNode {
  return readCbor(bytes, problem, (value) => {
    const [found, entries] = asList(value, 2)
    return { level: asInteger(found, level, level), entries: entriesOf(entries, level, plainBytes) }
  })
}

/** @throws {StorgoError} `REQUEST_INVALID` for an entry that no manifest may have at that level. */
export function assertManifestEntry(entry: ManifestEntry, level: number): void {
  readShape({ code: 'REQUEST_INVALID', what: 'manifest entry' }, () => entryOf(entryToCbor(entry), level))
}

function entryToCbor({ digest, key, plainBytes, codec, sealedBytes }: ManifestEntry): CborValue {
  return [digest, key, plainBytes, codec, sealedBytes]
}

function entriesOf(value: CborValue | undefined, level: number, plainBytes: number): ManifestEntry[] {
  const list = asList(value)
  if (list.length > MAX_MANIFEST_ENTRIES) throw new RangeError(`${list.length} entries`)
  const entries = list.map((entry) => entryOf(entry, level))
  const sum = entries.reduce((total, entry) => total + entry.plainBytes, 0)
  if (sum !== plainBytes) throw new RangeError(`the entries hold ${sum} bytes, not ${plainBytes}`)
  return entries
}

function entryOf(value: CborValue, level: number): ManifestEntry {
  const [digest, key, plainBytes, codec, sealedBytes] = asList(value, 5)
  const entry = {
    digest: asBytes(digest, HASH_BYTES),
    key: asBytes(key, HASH_BYTES),
    plainBytes: asInteger(plainBytes, 1, level === 0 ? CHUNK_BYTES : undefined),
    codec: asInteger(codec, RAW, level === 0 ? ZSTD : RAW) === ZSTD ? ZSTD : RAW,
    sealedBytes: asInteger(sealedBytes, SEAL_OVERHEAD_BYTES + 1, SEAL_OVERHEAD_BYTES + CHUNK_BYTES),
  }
  const rawBytes = entry.plainBytes + SEAL_OVERHEAD_BYTES
  const fits = entry.codec === RAW ? entry.sealedBytes === rawBytes : entry.sealedBytes < rawBytes
  if (level === 0 && !fits) throw new RangeError('a chunk has another size than its codec gives it')
  return entry
}
