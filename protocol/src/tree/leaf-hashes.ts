import { hashPairs } from '#platform'
import { StorgoError } from '../errors.ts'
import { HASH_BYTES, LEAF_BYTES, LEAVES_PER_SECTOR, SECTOR_BYTES } from '../units.ts'

const hashes = new Uint8Array(LEAVES_PER_SECTOR * HASH_BYTES)
const lastLeaf = new Uint8Array(LEAF_BYTES)

/**
 * Leaf hashes of `bytes`, the start of a sector; a last leaf that is not whole is filled up with zeros, and an
 * empty start is one leaf of zeros. The result is valid until the next call.
 */
export function leafHashes(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SECTOR_BYTES) {
    throw new StorgoError('INTERNAL', 'a sector cannot have so many bytes', { bytes: bytes.length })
  }
  const whole = bytes.length - (bytes.length % LEAF_BYTES)
  const end = (whole / LEAF_BYTES) * HASH_BYTES
  hashPairs(bytes.subarray(0, whole), hashes.subarray(0, end))
  if (whole === bytes.length && whole > 0) return hashes.subarray(0, end)
  lastLeaf.fill(0)
  lastLeaf.set(bytes.subarray(whole))
  hashPairs(lastLeaf, hashes.subarray(end, end + HASH_BYTES))
  return hashes.subarray(0, end + HASH_BYTES)
}
