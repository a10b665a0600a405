import { checkBytes, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotReleaseReplySchema, SlotReleaseRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, parse, serialize } from './message-codec.ts'

export const SLOT_RELEASE_PROTOCOL = '/storgo/slot-release/1.0.0'

const SIGNATURE_BYTES = 64

/**
 * Lets go of every stripe that a state of at most this `nonce` freed. `signature` (64 bytes, EIP-2098) is the owner's
 * wallet's over EIP-712 `Release`; who hands it over does not matter.
 */
export type SlotReleaseRequest = Forward & { volumeId: bigint; slot: number; nonce: bigint; signature: Uint8Array }

/** Says no more than that the slot keeps the release. */
export type SlotReleaseReply = Forward

export function encodeSlotReleaseRequest(request: SlotReleaseRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, nonce, signature } = request
  const fields = { volumeId, slot, nonce, signature }
  return serialize(SlotReleaseRequestSchema, build(SlotReleaseRequestSchema, fields, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotReleaseRequest(bytes: Uint8Array): SlotReleaseRequest {
  const message = parse(SlotReleaseRequestSchema, bytes)
  const { volumeId, slot, nonce, signature } = message
  const request = { volumeId, slot, nonce, signature, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotReleaseReply(reply: SlotReleaseReply = {}): Uint8Array<ArrayBuffer> {
  return serialize(SlotReleaseReplySchema, build(SlotReleaseReplySchema, {}, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotReleaseReply(bytes: Uint8Array): SlotReleaseReply {
  return forwardOf(parse(SlotReleaseReplySchema, bytes))
}

function checkRequest({ volumeId, slot, nonce, signature }: SlotReleaseRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkUint64('nonce', nonce, 1n)
  checkBytes('signature', signature, SIGNATURE_BYTES)
}
