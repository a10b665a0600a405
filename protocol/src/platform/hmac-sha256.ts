import { concatBytes } from '../bytes.ts'
import type { Platform } from './platform.ts'

const SHA256_BLOCK_BYTES = 64

/**
 * RFC 2104 by two calls of `sha256`, for messages of a few bytes: Node's own Hmac is an object that costs several times as much
 * as these calls, and WebCrypto would make every key derivation asynchronous.
 */
export function hmacSha256By(sha256: Platform['sha256']): Platform['hmacSha256'] {
  return (key, bytes) => {
    const block = new Uint8Array(SHA256_BLOCK_BYTES)
    block.set(key.length > SHA256_BLOCK_BYTES ? sha256(key) : key)
    const padded = (pad: number) => block.map((byte) => byte ^ pad)
    return sha256(concatBytes(padded(0x5c), sha256(concatBytes(padded(0x36), bytes))))
  }
}
