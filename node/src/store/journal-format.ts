import { createHash, randomBytes } from 'node:crypto'
import { concatBytes, equalBytes } from '@storgo/protocol'

/**
 * A journal file or snapshot: a header, then blocks. Header: `StorgoJ2` ‖ salt (8) ‖ sequence uint64 ‖ check (16), where sequence is
 * that of the first record. Block: salt ‖ body length uint32 ‖ sequence of its first record uint64 ‖ check (16) ‖ body, where body is
 * records, each after its length uint32. A check is the first half of SHA-256 over everything before it and the body. Big-endian.
 *
 * The salt is random and differs from file to file. So bytes that somebody else chose (a head record) never look like a block, and
 * what follows a damaged block can be searched for blocks that are whole.
 */
const MAGIC = Buffer.from('StorgoJ2')
const SALT_BYTES = 8
const CHECK_BYTES = 16
export const FILE_HEADER_BYTES = MAGIC.length + SALT_BYTES + 8 + CHECK_BYTES
export const BLOCK_HEADER_BYTES = SALT_BYTES + 4 + 8 + CHECK_BYTES

export type FileHeader = { salt: Uint8Array; sequence: bigint }

export function makeFileHeader(sequence: bigint): FileHeader & { bytes: Uint8Array } {
  const salt = new Uint8Array(randomBytes(SALT_BYTES))
  const front = concatBytes(MAGIC, salt, uint64(sequence))
  return { salt, sequence, bytes: concatBytes(front, checkOf(front)) }
}

/** @returns undefined for anything that is not a whole header. */
export function readFileHeader(bytes: Uint8Array): FileHeader | undefined {
  if (bytes.length < FILE_HEADER_BYTES) return undefined
  const front = bytes.subarray(0, FILE_HEADER_BYTES - CHECK_BYTES)
  const check = bytes.subarray(FILE_HEADER_BYTES - CHECK_BYTES, FILE_HEADER_BYTES)
  if (!equalBytes(front.subarray(0, MAGIC.length), MAGIC) || !equalBytes(check, checkOf(front))) return undefined
  return {
    salt: front.slice(MAGIC.length, MAGIC.length + SALT_BYTES),
    sequence: viewOf(front).readBigUInt64BE(MAGIC.length + SALT_BYTES),
  }
}

/** One block of records, the first of which has that sequence number. */
export function encodeBlock(salt: Uint8Array, sequence: bigint, records: readonly Uint8Array[]): Uint8Array {
  const body = records.flatMap((record) => [uint32(record.length), record])
  const length = body.reduce((sum, part) => sum + part.length, 0)
  const front = concatBytes(salt, uint32(length), uint64(sequence))
  return concatBytes(front, checkOf(front, ...body), ...body)
}

/** Bytes of the whole block whose header `bytes` begins with. */
export function blockLength(bytes: Uint8Array): number {
  return BLOCK_HEADER_BYTES + viewOf(bytes).readUInt32BE(SALT_BYTES)
}

export type Block = { sequence: bigint; records: Uint8Array[]; end: number }

/** The block at `start` of a file, or undefined if there is none that checks. */
export function readBlock(file: Uint8Array, start: number, { salt }: FileHeader): Block | undefined {
  const bodyStart = start + BLOCK_HEADER_BYTES
  if (bodyStart > file.length || !equalBytes(file.subarray(start, start + SALT_BYTES), salt)) return undefined
  const view = viewOf(file)
  const end = bodyStart + view.readUInt32BE(start + SALT_BYTES)
  if (end > file.length) return undefined
  const front = file.subarray(start, bodyStart - CHECK_BYTES)
  const body = file.subarray(bodyStart, end)
  if (!equalBytes(checkOf(front, body), file.subarray(bodyStart - CHECK_BYTES, bodyStart))) return undefined
  const records: Uint8Array[] = []
  for (let at = bodyStart; at < end; ) {
    const length = view.readUInt32BE(at)
    records.push(file.slice(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { sequence: view.readBigUInt64BE(start + SALT_BYTES + 4), records, end }
}

/** Whether some whole block begins after `start`. */
export function hasBlockAfter(file: Uint8Array, start: number, header: FileHeader): boolean {
  const view = viewOf(file)
  for (let at = view.indexOf(header.salt, start + 1); at !== -1; at = view.indexOf(header.salt, at + 1)) {
    if (readBlock(file, at, header) !== undefined) return true
  }
  return false
}

function checkOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, CHECK_BYTES)
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function uint64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
