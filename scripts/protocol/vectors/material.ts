import { type Epoch, HASH_BYTES, type SigningDomain, type State, sha256 } from '@storgo/protocol'
import { bytesToHex, stringToBytes } from 'viem'

/** How the long inputs of every vector file are made, in words for other languages. */
export const STREAM = 'stream(label, n) = the first n bytes of H(label || uint32 0) || H(label || uint32 1) || …'

/** Bytes that look random and that anybody can make again; see {@link STREAM}. */
export function stream(label: string, length: number): Uint8Array {
  const text = stringToBytes(label)
  const input = new Uint8Array(text.length + 4)
  input.set(text)
  const counter = new DataView(input.buffer, text.length)
  const out = new Uint8Array(length)
  for (let i = 0; i * HASH_BYTES < length; i++) {
    counter.setUint32(0, i)
    out.set(sha256(input).subarray(0, Math.min(HASH_BYTES, length - i * HASH_BYTES)), i * HASH_BYTES)
  }
  return out
}

/** `count` hashes one after the other. */
export function streamHashes(label: string, count: number): Uint8Array {
  return stream(label, count * HASH_BYTES)
}

/** Every 32 bytes by themselves. */
export function splitHashes(bytes: Uint8Array): `0x${string}`[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytesToHex(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  )
}

export const DOMAIN: SigningDomain = { chainId: 31337, verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3' }
export const MASTER_KEY = stream('master key', 32)
export const PROVIDER_KEYS = Array.from({ length: 6 }, (_, slot) => stream(`operator ${slot}`, 32))
export const EPOCH = 7 as Epoch

/** A state of volume 1 whose every field is distinct. */
export function aState(change: Partial<State> = {}): State {
  return {
    volumeId: 1n,
    nonce: 2n,
    generation: 1,
    sectors: 3,
    root: stream('root', 32),
    parent: stream('parent', 32),
    term: 4n,
    head: stream('head', 32),
    ...change,
  }
}

/** Vector files hold bytes as hex and 64-bit numbers as decimal text, so that every language reads them alike. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (inner instanceof Uint8Array) return bytesToHex(inner)
      return typeof inner === 'bigint' ? inner.toString() : inner
    },
    1,
  )
  return `${text}\n`
}
