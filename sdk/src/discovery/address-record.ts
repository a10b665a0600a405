import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import {
  concatBytes,
  recoverSigner,
  SIGNATURE_BYTES,
  type SigningDomain,
  StorgoError,
  signDigest,
} from '@storgo/protocol'
import { type Address, bytesToHex, hashTypedData, hexToBytes, isAddressEqual } from 'viem'
import { type PeerAddress, peerAddressOf } from '../net/peer-address.ts'
import { operatorOf } from '../net/peer-id.ts'

/** An encoded record, addresses included. */
export const MAX_ADDRESS_RECORD_BYTES = 1_024
const MAX_ADDRESSES = 8
/** A record may name an expiry at most this far ahead. */
const MAX_RECORD_LIFE_SECONDS = 48 * 3_600

const VERSION = 1
const KEY_BYTES = 33
const HEADER_BYTES = 1 + KEY_BYTES + 8 + 8 + 1
const NAMESPACE = '/storgo-addr/'

/** Where a provider says it is, in its operator's name: docs/protocol/discovery.md. */
export type AddressRecord = {
  /** secp256k1, 33 bytes: of the operator and of the peer id. */
  publicKey: Uint8Array
  /** Binary multiaddrs, at most 8. */
  addresses: readonly Uint8Array[]
  /** Of two records the one with the higher sequence counts. */
  sequence: bigint
  /** Unix seconds. */
  expiresAt: bigint
}

/** Under which key the DHT keeps the record of an operator. */
export function addressKeyOf(operator: Address): Uint8Array {
  return new TextEncoder().encode(NAMESPACE + operator.toLowerCase())
}

/** The operator whose record is kept under a key. @throws {StorgoError} `REQUEST_INVALID` for any other key. */
export function operatorOfAddressKey(key: Uint8Array): Address {
  const text = new TextDecoder().decode(key)
  if (/^\/storgo-addr\/0x[0-9a-f]{40}$/.test(text)) return `0x${text.slice(NAMESPACE.length + 2)}`
  throw invalid('the key is none of an address record')
}

/** Signs a record with the operator's key and encodes it. @throws {StorgoError} `REQUEST_INVALID` if it is too large. */
export function signAddressRecord(record: AddressRecord, domain: SigningDomain, privateKey: Uint8Array): Uint8Array {
  const { publicKey, addresses, sequence, expiresAt } = record
  if (addresses.length > MAX_ADDRESSES) throw invalid(`more than ${MAX_ADDRESSES} addresses`)
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  header[0] = VERSION
  header.set(publicKey, 1)
  view.setBigUint64(1 + KEY_BYTES, sequence)
  view.setBigUint64(1 + KEY_BYTES + 8, expiresAt)
  header[HEADER_BYTES - 1] = addresses.length
  const lists = addresses.flatMap((address) => [Uint8Array.of(address.length >> 8, address.length & 255), address])
  const bytes = concatBytes(header, ...lists, signDigest(digestOf(record, domain), privateKey))
  if (bytes.length > MAX_ADDRESS_RECORD_BYTES) throw invalid('the record is too large', bytes.length)
  return bytes
}

/**
 * Reads a record and checks that `operator` has signed it and that it has not expired.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for a malformed, expired or too long-lived one; `STATE_SIGNATURE_INVALID`.
 */
export function openAddressRecord(
  bytes: Uint8Array,
  { operator, domain, nowSeconds }: { operator: Address; domain: SigningDomain; nowSeconds: number },
): { record: AddressRecord; address: PeerAddress } {
  const { record, signature } = decode(bytes)
  const lifeSeconds = Number(record.expiresAt) - nowSeconds
  if (lifeSeconds <= 0 || lifeSeconds > MAX_RECORD_LIFE_SECONDS)
    throw invalid('the record has no valid expiry', lifeSeconds)
  const signer = recoverSigner(digestOf(record, domain), signature)
  if (signer === undefined || !isAddressEqual(signer, operator)) {
    throw new StorgoError('STATE_SIGNATURE_INVALID', 'The record is not signed by its operator.', { operator })
  }
  return { record, address: peerAddressOf({ operator, ...record }) }
}

/** The sequence of a record that has been checked. @throws {StorgoError} `REQUEST_INVALID`. */
export function sequenceOf(bytes: Uint8Array): bigint {
  return decode(bytes).record.sequence
}

/** What to sign for this peer now. */
export function freshRecord(
  peerId: PeerId,
  multiaddrs: readonly Multiaddr[],
  { nowMs, lifeSeconds }: { nowMs: number; lifeSeconds: number },
): AddressRecord {
  if (operatorOf(peerId) === undefined || peerId.type !== 'secp256k1') throw invalid('the peer has no operator key')
  return {
    publicKey: peerId.publicKey.raw,
    addresses: multiaddrs.slice(0, MAX_ADDRESSES).map(({ bytes }) => bytes),
    sequence: BigInt(nowMs),
    expiresAt: BigInt(Math.floor(nowMs / 1000) + lifeSeconds),
  }
}

function decode(bytes: Uint8Array): { record: AddressRecord; signature: Uint8Array } {
  const end = bytes.length - SIGNATURE_BYTES
  if (bytes.length > MAX_ADDRESS_RECORD_BYTES || end < HEADER_BYTES || bytes[0] !== VERSION) {
    throw invalid('not an address record', bytes.length)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes[HEADER_BYTES - 1] as number
  if (count > MAX_ADDRESSES) throw invalid(`more than ${MAX_ADDRESSES} addresses`, count)
  const addresses: Uint8Array[] = []
  let at = HEADER_BYTES
  for (let i = 0; i < count; i++) {
    if (at + 2 > end) throw invalid('the record ends early', at)
    const length = view.getUint16(at)
    at += 2
    if (at + length > end) throw invalid('the record ends early', at)
    addresses.push(bytes.slice(at, at + length))
    at += length
  }
  if (at !== end) throw invalid('the record has bytes too many', end - at)
  const record = {
    publicKey: bytes.slice(1, 1 + KEY_BYTES),
    addresses,
    sequence: view.getBigUint64(1 + KEY_BYTES),
    expiresAt: view.getBigUint64(1 + KEY_BYTES + 8),
  }
  return { record, signature: bytes.slice(end) }
}

function digestOf({ publicKey, addresses, sequence, expiresAt }: AddressRecord, domain: SigningDomain): Uint8Array {
  const digest = hashTypedData({
    domain: { name: 'Storgo', version: '1', ...domain },
    types: {
      AddressRecord: [
        { name: 'publicKey', type: 'bytes' },
        { name: 'addresses', type: 'bytes[]' },
        { name: 'sequence', type: 'uint64' },
        { name: 'expiresAt', type: 'uint64' },
      ],
    },
    primaryType: 'AddressRecord',
    message: {
      publicKey: bytesToHex(publicKey),
      addresses: addresses.map((bytes) => bytesToHex(bytes)),
      ...{ sequence, expiresAt },
    },
  })
  return hexToBytes(digest)
}

function invalid(what: string, value: number | bigint = 0): StorgoError {
  return new StorgoError('REQUEST_INVALID', `Address record: ${what}.`, { value })
}
