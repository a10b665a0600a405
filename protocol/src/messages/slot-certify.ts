import { checkSlot } from './field-checks.ts'
import { SlotCertifyReplySchema, SlotCertifyRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { certificateMessage, certificateOf, type ForwardedCertificate } from './signed-state.ts'

export const SLOT_CERTIFY_PROTOCOL = '/storgo/slot-certify/1.0.0'

/** Hands a slot the certificate of the state it holds. */
export type SlotCertifyRequest = Forward & { slot: number; certificate: ForwardedCertificate }

/** Says no more than that the slot keeps the certificate. */
export type SlotCertifyReply = Forward

export function encodeSlotCertifyRequest(request: SlotCertifyRequest): Uint8Array<ArrayBuffer> {
  checkSlot(request.slot)
  const fields = { slot: request.slot, certificate: certificateMessage(request.certificate) }
  return serialize(SlotCertifyRequestSchema, build(SlotCertifyRequestSchema, fields, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotCertifyRequest(bytes: Uint8Array): SlotCertifyRequest {
  const message = parse(SlotCertifyRequestSchema, bytes)
  const { slot, certificate } = message
  checkSlot(slot)
  if (certificate === undefined) throw invalid('the certificate is missing')
  return { slot, certificate: certificateOf(certificate), ...forwardOf(message) }
}

export function encodeSlotCertifyReply(reply: SlotCertifyReply = {}): Uint8Array<ArrayBuffer> {
  return serialize(SlotCertifyReplySchema, build(SlotCertifyReplySchema, {}, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotCertifyReply(bytes: Uint8Array): SlotCertifyReply {
  return forwardOf(parse(SlotCertifyReplySchema, bytes))
}
