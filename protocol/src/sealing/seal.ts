import { openAesGcm, sealAesGcm } from '#platform'

/** Bytes that sealing adds: the tag. */
export const SEAL_OVERHEAD_BYTES = 16
const ZERO_NONCE = new Uint8Array(12)

/**
 * AES-256-GCM with a zero nonce: ciphertext ‖ tag.
 *
 * @param key seals exactly one message, ever: a chunk key (derived from the very bytes) or a fresh file key.
 * @param into where to write the result, `SEAL_OVERHEAD_BYTES` more than `bytes` at least; a fresh array unless given.
 */
export async function seal(key: Uint8Array, bytes: Uint8Array, into?: Uint8Array): Promise<Uint8Array> {
  return sealAesGcm(key, ZERO_NONCE, bytes, into)
}

/** @throws {StorgoError} `DECRYPTION_FAILED` unless `key` sealed exactly these bytes. */
export async function unseal(key: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  return openAesGcm(key, ZERO_NONCE, sealed)
}
