import { digest } from '@chainsafe/as-sha256'
import { Decompress } from 'fzstd'
import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { hashPairsInWasm } from './hash-pairs.ts'
import { hmacSha256By } from './hmac-sha256.ts'
import type { Platform } from './platform.ts'
import { zstdContentBytes } from './zstd-frame.ts'

/** Most bytes that one `getRandomValues` gives. */
const RANDOM_PIECE_BYTES = 65_536

/** WebCrypto's types refuse views of shared memory; Storgo never seals or hashes such. */
const unshared = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>

export const sha256: Platform['sha256'] = digest

export const digestSha256: Platform['digestSha256'] = async (bytes) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', unshared(bytes)))

export const hashPairs: Platform['hashPairs'] = hashPairsInWasm
export const pairHasher: Platform['pairHasher'] = 'as-sha256'

export const hmacSha256: Platform['hmacSha256'] = hmacSha256By(digest)

export const hkdfSha256: Platform['hkdfSha256'] = (ikm, salt, info) =>
  // 32 bytes are the first block of the expansion, whose counter is 1.
  hmacSha256(hmacSha256(salt, ikm), concatBytes(info, Uint8Array.of(1)))

export const sealAesGcm: Platform['sealAesGcm'] = async (key, nonce, plain, into) => {
  const aes = await aesKey(key)
  const fresh = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv: unshared(nonce) }, aes, unshared(plain)),
  )
  if (into === undefined) return fresh
  into.set(fresh)
  return into.subarray(0, fresh.length)
}

export const openAesGcm: Platform['openAesGcm'] = async (key, nonce, sealed) => {
  try {
    const aes = await aesKey(key)
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: unshared(nonce) }, aes, unshared(sealed)))
  } catch (cause) {
    throw new StorgoError(
      'DECRYPTION_FAILED',
      'these bytes were not sealed with this key',
      { bytes: sealed.length },
      { cause },
    )
  }
}

function aesKey(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', unshared(key), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** No browser compresses Zstandard, and a WASM build would cost more than it saves: chunks stay raw. */
export const zstdCompress: Platform['zstdCompress'] = () => undefined

export const zstdDecompress: Platform['zstdDecompress'] = (bytes, maxBytes) => {
  const plain = new Uint8Array(zstdContentBytes(bytes, maxBytes))
  let at = 0
  try {
    // As a stream: fzstd's one-shot call does not notice a frame that holds less than it declares.
    new Decompress((part) => {
      plain.set(part, at)
      at += part.length
    }).push(bytes, true)
    if (at !== plain.length) throw new RangeError(`the frame holds ${at} bytes, not the declared ${plain.length}`)
  } catch (cause) {
    throw new StorgoError('DECRYPTION_FAILED', 'a Zstandard frame is damaged', { bytes: bytes.length }, { cause })
  }
  return plain
}

export const randomBytes: Platform['randomBytes'] = (count) => {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; at += RANDOM_PIECE_BYTES) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_PIECE_BYTES))
  }
  return bytes
}
