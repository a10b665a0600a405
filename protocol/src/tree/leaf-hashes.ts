import { hashPairs } from '#platform'
import { StorgoError } from '../errors.ts'
import { HASH_BYTES, LEAF_BYTES, LEAVES_PER_SECTOR, SECTOR_BYTES } from '../units.ts'

const WORD_BYTES = 4

const hashes = new Uint8Array(LEAVES_PER_SECTOR * HASH_BYTES)
const lastLeaf = new Uint8Array(LEAF_BYTES)

/**
 * Leaf hashes of `bytes`, the start of a sector, up to the last leaf that is not all zeros; an empty start is one leaf of
 * zeros. The leaves after these are zeros, whose trees are known. The result is valid until the next call.
 */
export function leafHashes(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SECTOR_BYTES) {
    throw new StorgoError('INTERNAL', 'a sector cannot have so many bytes', { bytes: bytes.length })
  }
  const used = endOfContent(bytes)
  const whole = used - (used % LEAF_BYTES)
  const end = (whole / LEAF_BYTES) * HASH_BYTES
  hashPairs(bytes.subarray(0, whole), hashes.subarray(0, end))
  if (whole === used && whole > 0) return hashes.subarray(0, end)
  lastLeaf.fill(0)
  lastLeaf.set(bytes.subarray(whole, used))
  hashPairs(lastLeaf, hashes.subarray(end, end + HASH_BYTES))
  return hashes.subarray(0, end + HASH_BYTES)
}

/**
 * Bytes up to the last leaf that is not all zeros. Volumes grow at their end, so a small write finds most of its sector
 * empty: looking costs a tenth of hashing, and nothing where the sector is full.
 */
function endOfContent(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes
  if (byteOffset % WORD_BYTES !== 0 || length % LEAF_BYTES !== 0) return length
  const words = new Uint32Array(buffer, byteOffset, length / WORD_BYTES)
  for (let end = words.length; end > 0; end -= 4) {
    const some = word(words, end - 1) | word(words, end - 2) | word(words, end - 3) | word(words, end - 4)
    if (some !== 0) return Math.ceil((end * WORD_BYTES) / LEAF_BYTES) * LEAF_BYTES
  }
  return 0
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0
}
