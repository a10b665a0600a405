import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes as random } from 'node:crypto'
import { createRequire } from 'node:module'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { StorgoError } from '../errors.ts'
import { choosePairHasher } from './hash-pairs.ts'
import { hmacSha256By } from './hmac-sha256.ts'
import type { Platform } from './platform.ts'
import { zstdContentBytes } from './zstd-frame.ts'

const TAG_BYTES = 16
/** Ciphers allocate their output: parts of this size stay in cache and are copied once, to where they are wanted. */
const CIPHER_STEP_BYTES = 1 << 16

const require = createRequire(import.meta.url)
export const { hashPairs, pairHasher } = choosePairHasher((): typeof import('@chainsafe/hashtree') =>
  require('@chainsafe/hashtree'),
)

/**
 * Gives the memory of `bytes` back at once, where it is theirs alone. Left to the garbage collector, what ciphers allocate
 * costs more than the cipher: nothing of it is used again while it is in cache, and every 64 MiB of it a whole collection.
 */
function giveBack({ buffer }: Uint8Array, allocatedBytes: number): void {
  // A buffer of just the size asked for is no part of Node's pool.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === allocatedBytes) buffer.transfer(0)
}

/** The same bytes as a plain Uint8Array, so that a Buffer's other methods never leak into results. */
function plainArray(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

export const sha256: Platform['sha256'] = (bytes) => plainArray(hash('sha256', bytes, 'buffer'))

export const digestSha256: Platform['digestSha256'] = (bytes) => sha256(bytes)

export const hmacSha256: Platform['hmacSha256'] = hmacSha256By(sha256)

export const hkdfSha256: Platform['hkdfSha256'] = (ikm, salt, info) =>
  new Uint8Array(hkdfSync('sha256', ikm, salt, info, 32))

export const sealAesGcm: Platform['sealAesGcm'] = (key, nonce, plain, into) => {
  const sealed = into?.subarray(0, plain.length + TAG_BYTES) ?? new Uint8Array(plain.length + TAG_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  for (let at = 0; at < plain.length; at += CIPHER_STEP_BYTES) {
    const part = cipher.update(plain.subarray(at, at + CIPHER_STEP_BYTES))
    sealed.set(part, at)
    giveBack(part, part.length)
  }
  cipher.final()
  sealed.set(cipher.getAuthTag(), plain.length)
  return sealed
}

export const openAesGcm: Platform['openAesGcm'] = (key, nonce, sealed) => {
  try {
    const length = sealed.length - TAG_BYTES
    if (length < 0) throw new RangeError('shorter than its tag')
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    decipher.setAuthTag(sealed.subarray(length))
    // In one step: what the cipher allocates is the result, of which nothing leaves before the tag is checked.
    const plain = plainArray(decipher.update(sealed.subarray(0, length)))
    decipher.final()
    return plain
  } catch (cause) {
    throw new StorgoError(
      'DECRYPTION_FAILED',
      'these bytes were not sealed with this key',
      { bytes: sealed.length },
      { cause },
    )
  }
}

const level = { [constants.ZSTD_c_compressionLevel]: 1 }
/** From this size on zstd's own bound of a frame is 1/256 above the content's; below it, up to 64 bytes more. */
const FRAME_ROOM_BYTES = 64

export const zstdCompress: Platform['zstdCompress'] = (bytes) => {
  // zlib allocates its output in parts of `chunkSize`: its default of 16 KiB would assemble a large result from many, and one
  // of a whole chunk would cost 1 MiB for every small file. Its least is 64. With room for whatever may come of it, zstd works
  // from `bytes` straight into it; else through a window of its own, which costs a sixth more.
  const chunkSize = bytes.length + (bytes.length >>> 8) + FRAME_ROOM_BYTES
  const room = zstdCompressSync(bytes, { chunkSize, params: level })
  const frame = new Uint8Array(room)
  giveBack(room, chunkSize)
  return frame
}

export const zstdDecompress: Platform['zstdDecompress'] = (bytes, maxBytes) => {
  const size = zstdContentBytes(bytes, maxBytes)
  try {
    // Node's least chunkSize is 64.
    const options = { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size) }
    const plain = plainArray(zstdDecompressSync(bytes, options))
    if (plain.length !== size) throw new RangeError(`the frame holds ${plain.length} bytes, not the declared ${size}`)
    return plain
  } catch (cause) {
    throw new StorgoError('DECRYPTION_FAILED', 'a Zstandard frame is damaged', { bytes: bytes.length }, { cause })
  }
}

export const randomBytes: Platform['randomBytes'] = (count) => plainArray(random(count))
