import { HASH_BYTES, LEAF_BYTES, MAX_SECTORS, SECTOR_BYTES } from '../units.ts'
import { checkInteger, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotReadReplySchema, SlotReadRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { MAX_PATH_BYTES } from './wire-limits.ts'

export const SLOT_READ_PROTOCOL = '/storgo/slot-read/1.0.0'

/**
 * Asks for whole leaves of one sector: `offset` and `length` are multiples of `LEAF_BYTES` within the sector. `nonce`
 * names the state whose root the path must lead to.
 */
export type SlotReadRequest = Forward & {
  volumeId: bigint
  slot: number
  nonce: bigint
  sector: number
  offset: number
  length: number
}

/** `path`: hashes of 32 bytes, concatenated; the bytes themselves are the bulk. */
export type SlotReadReply = Forward & { path: Uint8Array }

export function encodeSlotReadRequest(request: SlotReadRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, nonce, sector, offset, length } = request
  const fields = { volumeId, slot, nonce, sector, offset, length }
  return serialize(SlotReadRequestSchema, build(SlotReadRequestSchema, fields, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotReadRequest(bytes: Uint8Array): SlotReadRequest {
  const message = parse(SlotReadRequestSchema, bytes)
  const { volumeId, slot, nonce, sector, offset, length } = message
  const request = { volumeId, slot, nonce, sector, offset, length, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotReadReply(reply: SlotReadReply): Uint8Array<ArrayBuffer> {
  checkPath(reply.path)
  return serialize(SlotReadReplySchema, build(SlotReadReplySchema, { path: reply.path }, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotReadReply(bytes: Uint8Array): SlotReadReply {
  const message = parse(SlotReadReplySchema, bytes)
  checkPath(message.path)
  return { path: message.path, ...forwardOf(message) }
}

function checkRequest({ volumeId, slot, nonce, sector, offset, length }: SlotReadRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkUint64('nonce', nonce, 1n)
  checkInteger('sector', sector, 0, MAX_SECTORS - 1)
  checkInteger('offset', offset, 0, SECTOR_BYTES - LEAF_BYTES)
  checkInteger('length', length, LEAF_BYTES, SECTOR_BYTES)
  if (offset + length > SECTOR_BYTES) throw invalid('the range leaves the sector', { offset, length })
  if (offset % LEAF_BYTES !== 0 || length % LEAF_BYTES !== 0) {
    throw invalid('the range does not consist of whole leaves', { offset, length })
  }
}

function checkPath(path: Uint8Array): void {
  checkInteger('pathBytes', path.length, 0, MAX_PATH_BYTES)
  if (path.length % HASH_BYTES !== 0) throw invalid('a path consists of whole hashes', { pathBytes: path.length })
}
