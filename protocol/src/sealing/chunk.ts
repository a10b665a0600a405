import { digestSha256 } from '#platform'
import { equalBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { chunkKey } from '../keys/derive-keys.ts'
import { CHUNK_BYTES } from '../units.ts'
import { type Codec, decodeChunk, encodeChunk } from './encode-chunk.ts'
import { SEAL_OVERHEAD_BYTES, seal, unseal } from './seal.ts'

/** A chunk as it is stored, and what it takes to open it again. */
export type SealedChunk = {
  sealed: Uint8Array
  /** SHA-256 of `sealed`: the digest of the chunk's CID. */
  digest: Uint8Array
  /** 32 bytes. */
  key: Uint8Array
  codec: Codec
  /** 1 … `CHUNK_BYTES`. */
  plainBytes: number
}

/** Most bytes that a chunk has once it is sealed: room for any of them. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + SEAL_OVERHEAD_BYTES

/**
 * Compresses where it pays, encrypts and names a chunk.
 *
 * @param plain 1 … `CHUNK_BYTES` bytes.
 * @param room `SEALED_CHUNK_BYTES` to write `sealed` to, for callers that are done with one chunk before the next: memory
 *   fresh from the system costs as much as encryption. A fresh array unless given.
 */
export async function sealChunk(volumeKey: Uint8Array, plain: Uint8Array, room?: Uint8Array): Promise<SealedChunk> {
  if (plain.length === 0 || plain.length > CHUNK_BYTES) {
    throw new StorgoError('INTERNAL', 'a chunk has 1 byte to 1 MiB', { bytes: plain.length })
  }
  const { codec, encoded } = await encodeChunk(plain)
  const key = await chunkKey(volumeKey, encoded)
  const sealed = await seal(key, encoded, room)
  return { sealed, digest: await digestSha256(sealed), key, codec, plainBytes: plain.length }
}

/**
 * The plain bytes of a chunk that came from anywhere.
 *
 * @throws {StorgoError} `SECTOR_CORRUPT` if `sealed` is not what `digest` names, so another provider may have it;
 *   `DECRYPTION_FAILED` if it is, but the key does not open it or its size is not the one promised.
 */
export async function openChunk(chunk: Omit<SealedChunk, 'codec'> & { codec: number }): Promise<Uint8Array> {
  const { sealed, digest, key, codec, plainBytes } = chunk
  if (sealed.length > SEALED_CHUNK_BYTES || !equalBytes(await digestSha256(sealed), digest)) {
    throw new StorgoError('SECTOR_CORRUPT', 'the bytes are not those of the chunk', { bytes: sealed.length })
  }
  if (!Number.isInteger(plainBytes) || plainBytes < 1 || plainBytes > CHUNK_BYTES) {
    throw new StorgoError('DECRYPTION_FAILED', 'a chunk has 1 byte to 1 MiB', { bytes: plainBytes })
  }
  return decodeChunk(codec, await unseal(key, sealed), plainBytes)
}
