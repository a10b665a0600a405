import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { StorgoError } from '@storgo/protocol'
import { type Address, bytesToHex } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'

/**
 * Peer id of a secp256k1 public key: 33 bytes, or 64 or 65 uncompressed.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for anything but a point of the curve.
 */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const compressed = pointOf(publicKey).toBytes(true)
  return peerIdFromPublicKey(publicKeyFromRaw(compressed))
}

/** Ethereum address of the key behind a peer id; `undefined` if that key is not secp256k1. */
export function operatorOf(peerId: PeerId): Address | undefined {
  if (peerId.type !== 'secp256k1') return undefined
  return publicKeyToAddress(bytesToHex(pointOf(peerId.publicKey.raw).toBytes(false)))
}

/**
 * The transport's form of a secp256k1 private key of 32 bytes.
 *
 * @throws {StorgoError} `KEY_FILE_INVALID` for anything else; the key is never in the message.
 */
export function transportKeyOf(privateKey: Uint8Array): PrivateKey {
  if (privateKey.length !== 32 || !secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new StorgoError('KEY_FILE_INVALID', 'The key is not a secp256k1 private key.')
  }
  return privateKeyFromRaw(privateKey)
}

function pointOf(publicKey: Uint8Array) {
  try {
    const bytes = publicKey.length === 64 ? Uint8Array.of(4, ...publicKey) : publicKey
    return secp256k1.Point.fromBytes(bytes)
  } catch (cause) {
    const details = { publicKey: bytesToHex(publicKey) }
    throw new StorgoError('REQUEST_INVALID', 'The public key is not a point of secp256k1.', details, { cause })
  }
}
