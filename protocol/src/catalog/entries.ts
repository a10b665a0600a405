import { concatBytes } from '../bytes.ts'
import { asBytes, asInteger, asList, asText, readShape } from '../cbor/cbor-shape.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { StorgoError } from '../errors.ts'
import { SEAL_OVERHEAD_BYTES } from '../sealing/seal.ts'
import { CHUNK_BYTES, HASH_BYTES } from '../units.ts'
import { assertPath } from './path.ts'

/**
 * A sealed chunk in the log, and how many manifests name it (of a manifest's root: how many paths). One that none names yet
 * says since when it is there, in Unix seconds.
 */
export type ChunkEntry = { offset: number; sealedBytes: number; refs: number; sinceSeconds?: number }

/** A file: its address (`digest`, 32 bytes) and key (32 bytes), its size, modification time (Unix ms) and media type. */
export type FileEntry = {
  digest: Uint8Array
  fileKey: Uint8Array
  size: number
  modifiedMs: number
  mediaType: string
}

/** Most bytes of a media type. */
export const MAX_MEDIA_TYPE_BYTES = 255
/** A sealed chunk has one byte to 1 MiB and its tag. */
const MAX_SEALED_BYTES = CHUNK_BYTES + SEAL_OVERHEAD_BYTES

/** First byte of a chunk's key; as a scan's prefix, all chunks. */
export const CHUNK_KEYS = Uint8Array.of(0x63)
/** First byte of a file's key; as a scan's prefix, all files. */
export const FILE_KEYS = Uint8Array.of(0x66)

/** @param digest of the sealed chunk, 32 bytes. */
export function chunkKeyOf(digest: Uint8Array): Uint8Array {
  if (digest.length !== HASH_BYTES)
    throw new StorgoError('REQUEST_INVALID', 'a digest has 32 bytes', { bytes: digest.length })
  return concatBytes(CHUNK_KEYS, digest)
}

/** @throws {StorgoError} `PATH_INVALID`. */
export function fileKeyOf(path: string): Uint8Array {
  assertPath(path)
  return fileKeysBelow(path)
}

/** Prefix of the keys of all files whose path starts with `start`, which need not be a whole path. */
export function fileKeysBelow(start: string): Uint8Array {
  return concatBytes(FILE_KEYS, new TextEncoder().encode(start))
}

/** The path of a file's key. @throws {StorgoError} `CATALOG_CORRUPT` if no path has that key. */
export function pathOfKey(key: Uint8Array): string {
  return readShape({ code: 'CATALOG_CORRUPT', what: 'file key' }, () => {
    if (key[0] !== FILE_KEYS[0]) throw new TypeError('not a file')
    const path = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key.subarray(1))
    assertPath(path)
    return path
  })
}

/** @throws {StorgoError} `REQUEST_INVALID` for what {@link decodeChunkEntry} would refuse. */
export function encodeChunkEntry({ offset, sealedBytes, refs, sinceSeconds }: ChunkEntry): CborValue {
  const value = [offset, sealedBytes, refs, ...(sinceSeconds === undefined ? [] : [sinceSeconds])]
  readShape({ code: 'REQUEST_INVALID', what: 'chunk entry' }, () => chunkEntryOf(value))
  return value
}

/** @throws {StorgoError} `CATALOG_CORRUPT`. */
export function decodeChunkEntry(value: CborValue): ChunkEntry {
  return readShape({ code: 'CATALOG_CORRUPT', what: 'chunk entry' }, () => chunkEntryOf(value))
}

/** @throws {StorgoError} `REQUEST_INVALID` for what {@link decodeFileEntry} would refuse. */
export function encodeFileEntry({ digest, fileKey, size, modifiedMs, mediaType }: FileEntry): CborValue {
  const value = [digest, fileKey, size, modifiedMs, mediaType]
  readShape({ code: 'REQUEST_INVALID', what: 'file entry' }, () => fileEntryOf(value))
  return value
}

/** @throws {StorgoError} `CATALOG_CORRUPT`. */
export function decodeFileEntry(value: CborValue): FileEntry {
  return readShape({ code: 'CATALOG_CORRUPT', what: 'file entry' }, () => fileEntryOf(value))
}

function chunkEntryOf(value: CborValue): ChunkEntry {
  const fields = asList(value)
  const [offset, sealedBytes, refs, since] = asList(value, fields.length === 4 ? 4 : 3)
  return {
    offset: asInteger(offset),
    sealedBytes: asInteger(sealedBytes, SEAL_OVERHEAD_BYTES + 1, MAX_SEALED_BYTES),
    refs: asInteger(refs, 0, since === undefined ? Number.MAX_SAFE_INTEGER : 0),
    ...(since !== undefined && { sinceSeconds: asInteger(since) }),
  }
}

function fileEntryOf(value: CborValue): FileEntry {
  const [digest, fileKey, size, modifiedMs, mediaType] = asList(value, 5)
  return {
    digest: asBytes(digest, HASH_BYTES),
    fileKey: asBytes(fileKey, HASH_BYTES),
    size: asInteger(size),
    modifiedMs: asInteger(modifiedMs, Number.MIN_SAFE_INTEGER),
    mediaType: asText(mediaType, MAX_MEDIA_TYPE_BYTES),
  }
}
