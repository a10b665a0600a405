import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Address, stringToBytes } from 'viem'
import { digestSha256, hkdfSha256, hmacSha256 } from '#platform'
import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { addressOf } from '../state/signature.ts'

const NO_SALT = new Uint8Array(0)

/** Key of everything in a volume. All keys here are 32 bytes; docs/protocol/types.md section 5. */
export function deriveVolumeKey(masterKey: Uint8Array, chainId: number, volumeId: bigint): Uint8Array {
  return hkdfSha256(masterKey, NO_SALT, info('storgo/volume/1', BigInt(chainId), volumeId))
}

/** Key of a volume's head record. */
export function deriveHeadKey(volumeKey: Uint8Array): Uint8Array {
  return hkdfSha256(volumeKey, NO_SALT, info('storgo/head/1'))
}

/**
 * The secp256k1 key that signs a wallet's states on a chain, by the generation that the chain knows it as.
 *
 * @throws {StorgoError} `INTERNAL` if the derived bytes are no private key (a chance of 2 ** -128).
 */
export function deriveSessionKey(
  masterKey: Uint8Array,
  chainId: number,
  generation: number,
): { privateKey: Uint8Array; address: Address } {
  const generationBytes = new Uint8Array(4)
  new DataView(generationBytes.buffer).setUint32(0, generation)
  const privateKey = hkdfSha256(
    masterKey,
    NO_SALT,
    concatBytes(info('storgo/session/1', BigInt(chainId)), generationBytes),
  )
  if (!secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new StorgoError('INTERNAL', 'this generation has no session key', { generation })
  }
  return { privateKey, address: addressOf(privateKey) }
}

/**
 * Key of a chunk. It depends on the very bytes that are encrypted, so a key never meets two messages, and on the
 * volume, so that nobody else can test for a known chunk.
 *
 * @param encoded the bytes to encrypt: after compression.
 */
export async function chunkKey(volumeKey: Uint8Array, encoded: Uint8Array): Promise<Uint8Array> {
  return hmacSha256(volumeKey, await digestSha256(encoded))
}

/** HKDF's `info`: ASCII text, then uint64s. */
function info(text: string, ...numbers: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 8))
  for (const [i, number] of numbers.entries()) view.setBigUint64(i * 8, number)
  return concatBytes(stringToBytes(text), new Uint8Array(view.buffer))
}
