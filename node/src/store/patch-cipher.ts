import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { concatBytes, StorgoError } from '@storgo/protocol'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM for the bytes of patches: random nonce ‖ encrypted bytes ‖ tag. */
export type PatchCipher = {
  seal(plain: Uint8Array): Uint8Array
  /** @throws {StorgoError} `SECTOR_CORRUPT` for bytes that were changed. */
  open(sealed: Uint8Array): Uint8Array
}

/** @param storeKey the 64 bytes that cells are encrypted with; patches take a key derived from them. */
export function createPatchCipher(storeKey: Uint8Array): PatchCipher {
  const key = Buffer.from(hkdfSync('sha256', storeKey, new Uint8Array(), 'storgo/store-patch/1', 32))
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      return concatBytes(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag())
    },
    open(sealed) {
      const end = sealed.length - TAG_BYTES
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
        decipher.setAuthTag(sealed.subarray(end))
        return concatBytes(decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final())
      } catch (cause) {
        throw new StorgoError('SECTOR_CORRUPT', 'A patch is no longer what was written.', {}, { cause })
      }
    },
  }
}
