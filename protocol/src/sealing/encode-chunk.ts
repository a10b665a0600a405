import { zstdCompress, zstdDecompress } from '#platform'
import { StorgoError } from '../errors.ts'
import { isWorthCompressing } from './is-worth-compressing.ts'

/** How a chunk's plain bytes became the bytes that were encrypted: 0 as they are, 1 Zstandard. */
export type Codec = 0 | 1
export const RAW: Codec = 0
export const ZSTD: Codec = 1

/** Least part of its bytes that compression must save to be kept. */
const LEAST_SAVING = 0.05

/** Compresses a chunk where that pays (and the platform can). */
export async function encodeChunk(plain: Uint8Array): Promise<{ codec: Codec; encoded: Uint8Array }> {
  if (isWorthCompressing(plain)) {
    const compressed = await zstdCompress(plain)
    if (compressed !== undefined && compressed.length <= plain.length * (1 - LEAST_SAVING)) {
      return { codec: ZSTD, encoded: compressed }
    }
  }
  return { codec: RAW, encoded: plain }
}

/** @throws {StorgoError} `DECRYPTION_FAILED` for an unknown codec, or if these are not `plainBytes` bytes encoded with it. */
export async function decodeChunk(codec: number, encoded: Uint8Array, plainBytes: number): Promise<Uint8Array> {
  if (codec !== RAW && codec !== ZSTD) throw new StorgoError('DECRYPTION_FAILED', 'unknown codec of a chunk', { codec })
  const plain = codec === ZSTD ? await zstdDecompress(encoded, plainBytes) : encoded
  if (plain.length !== plainBytes) {
    throw new StorgoError('DECRYPTION_FAILED', 'the chunk has another size than its entry says', {
      expected: plainBytes,
      found: plain.length,
    })
  }
  return plain
}
