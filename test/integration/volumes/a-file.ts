import { createCipheriv, createHash } from 'node:crypto'
import type { FileSource } from '@storgo/sdk'

const PART_BYTES = 1 << 20

/** Bytes that look random and are the same for the same seed, never all in memory. */
export async function* aStream(bytes: number, seed: number): AsyncGenerator<Uint8Array> {
  const key = createHash('sha256').update(`seed ${seed}`).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(PART_BYTES)
  for (let at = 0; at < bytes; at += PART_BYTES) {
    yield new Uint8Array(cipher.update(zeros.subarray(0, Math.min(PART_BYTES, bytes - at))))
  }
}

/** A file of that many incompressible bytes. */
export function aFile(path: string, bytes: number, { seed = bytes, modifiedMs = 1_700_000_000_000 } = {}): FileSource {
  return { path, size: bytes, modifiedMs, mediaType: 'application/octet-stream', open: () => aStream(bytes, seed) }
}

export async function sha256(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of parts) hash.update(part)
  return hash.digest('hex')
}
