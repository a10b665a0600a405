import { bytesToHex, type Hex, hexToBytes, stringToBytes } from 'viem'
import { hkdfSha256, openAesGcm, randomBytes, sealAesGcm } from '#platform'
import { StorgoError } from '../errors.ts'

/** What seals an envelope: a key derived from a wallet's signature, or one from a printed recovery code. */
export const ENVELOPE_KINDS = { wallet: 0, recoveryCode: 1 } as const

/** A sealed master key: salt 32 bytes, nonce 12, sealed 48. docs/protocol/types.md section 5. */
export type Envelope = { kind: 0 | 1; salt: Uint8Array; nonce: Uint8Array; sealed: Uint8Array }

/** What the owner's wallet signs to derive the key of an envelope with this salt (32 bytes, fresh for each). */
export function masterKeyTypedData(chainId: number, salt: Uint8Array) {
  return {
    domain: { name: 'Storgo', version: '1', chainId },
    types: {
      MasterKey: [
        { name: 'statement', type: 'string' },
        { name: 'salt', type: 'bytes32' },
      ],
    },
    primaryType: 'MasterKey',
    message: {
      statement: 'Unlock my Storgo files. Sign this only in an app you trust.',
      salt: bytesToHex(salt),
    },
  } as const
}

/**
 * Seals a master key under a wallet's signature of {@link masterKeyTypedData} with that `salt`.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for a signature that is not one of a secp256k1 account.
 */
export async function wrapMasterKey(masterKey: Uint8Array, salt: Uint8Array, walletSignature: Hex): Promise<Envelope> {
  const nonce = randomBytes(12)
  const sealed = await sealAesGcm(walletKey(salt, walletSignature), nonce, masterKey)
  return { kind: ENVELOPE_KINDS.wallet, salt, nonce, sealed }
}

/**
 * @throws {StorgoError} `DECRYPTION_FAILED` if another wallet sealed it, or the wallet does not sign the same twice;
 *   `REQUEST_INVALID` for a signature that is not one of a secp256k1 account.
 */
export async function unwrapMasterKey({ salt, nonce, sealed }: Envelope, walletSignature: Hex): Promise<Uint8Array> {
  return openAesGcm(walletKey(salt, walletSignature), nonce, sealed)
}

function walletKey(salt: Uint8Array, walletSignature: Hex): Uint8Array {
  return hkdfSha256(rAndS(walletSignature), salt, stringToBytes('storgo/wallet/1'))
}

/** The 64 bytes r ‖ s, whichever of the two common forms the wallet gave. */
function rAndS(signature: Hex): Uint8Array {
  const bytes = hexToBytes(signature)
  // A contract account's signature has other lengths, and need not be the same twice.
  if (bytes.length !== 64 && bytes.length !== 65) {
    throw new StorgoError('REQUEST_INVALID', 'the wallet’s signature is not one of a key', { bytes: bytes.length })
  }
  const compact = bytes.slice(0, 64)
  // With 64 bytes the top bit of s is the parity (EIP-2098); with 65 it is zero, s being in the lower half.
  compact[32] = (compact[32] as number) & 0x7f
  return compact
}
