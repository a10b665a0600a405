import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

const PART_BYTES = 1 << 20

/** Bytes that do not compress and are the same for the same seed: AES-CTR over zeros. */
function* randomParts(seed: number, bytes: number): Generator<Buffer> {
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= PART_BYTES) yield stream.update(Buffer.alloc(Math.min(left, PART_BYTES)))
}

export function randomBytesOf(seed: number, bytes: number): Buffer {
  return Buffer.concat([...randomParts(seed, bytes)])
}

/** Writes such bytes to a file without holding them. */
export async function writeRandomFile(path: string, seed: number, bytes: number): Promise<void> {
  await pipeline(randomParts(seed, bytes), createWriteStream(path))
}

/** SHA-256 of a file, in hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: PART_BYTES })) hash.update(part)
  return hash.digest('hex')
}
