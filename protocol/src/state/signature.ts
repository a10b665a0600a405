import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  type Address,
  bytesToHex,
  type Hex,
  hexToBytes,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  size,
} from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { BoundedMemo } from './bounded-memo.ts'

/** A signature of section 3: r ‖ (yParity << 255 | s) as in EIP-2098, s in the lower half. */
export const SIGNATURE_BYTES = 64

/** Signs 32 bytes with a secp256k1 key; the same input always gives the same signature (RFC 6979). */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  // noble writes recovery ‖ r ‖ s.
  const recovered = secp256k1.sign(digest, privateKey, { prehash: false, lowS: true, format: 'recovered' })
  const compact = recovered.slice(1)
  compact[32] = (compact[32] as number) | ((recovered[0] as number) << 7)
  return compact
}

/** Signatures are verified again and again (a certificate at every slot's answer), and recovery is slow. */
const memo = new BoundedMemo<Address | null>(4096)

/** Who signed `digest`, or `undefined` if that is no signature or one with a high s. */
export function recoverSigner(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  if (signature.length !== SIGNATURE_BYTES) return undefined
  return memo.get(bytesToHex(concatBytes(digest, signature)), () => recover(digest, signature) ?? null) ?? undefined
}

function recover(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  // Not `slice`: that of a Buffer is the same memory, and the caller's signature would lose its parity.
  const compact = new Uint8Array(signature)
  const parity = (signature[32] as number) >> 7
  compact[32] = (signature[32] as number) & 0x7f
  try {
    const parsed = secp256k1.Signature.fromBytes(compact, 'compact')
    if (parsed.hasHighS()) return undefined
    const publicKey = parsed.addRecoveryBit(parity).recoverPublicKey(digest).toBytes(false)
    return publicKeyToAddress(bytesToHex(publicKey))
  } catch {
    // r or s is zero or too large, or r is no point's coordinate: nobody's signature.
    return undefined
  }
}

/**
 * What a wallet signed (65 bytes, or 64 already compact) as the 64 bytes of section 3.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for what is not one key's signature, such as a contract account's.
 */
export function compactSignature(walletSignature: Hex): Uint8Array {
  try {
    if (size(walletSignature) === SIGNATURE_BYTES) return hexToBytes(walletSignature)
    return hexToBytes(serializeCompactSignature(signatureToCompactSignature(parseSignature(walletSignature))))
  } catch (cause) {
    throw new StorgoError('REQUEST_INVALID', 'the wallet’s signature is not one of a key', {}, { cause })
  }
}

/** Address of a private key's account. */
export function addressOf(privateKey: Uint8Array): Address {
  return publicKeyToAddress(bytesToHex(secp256k1.getPublicKey(privateKey, false)))
}
