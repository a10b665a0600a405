import type { PenPromise } from '../state/pen-promise.ts'
import { checkBytes, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotPenReplySchema, SlotPenRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { type Forwarded, penPromiseMessage, penPromiseOf } from './signed-state.ts'
import { type SlotStateReply, slotStateReplyMessage, slotStateReplyOf } from './slot-state.ts'
import { PEN_BYTES } from './wire-limits.ts'

export const SLOT_PEN_PROTOCOL = '/storgo/slot-pen/1.0.0'

/** Takes the pen of a volume at one slot: `term` is at least 1, `pen` (16 random bytes) names the writer. */
export type SlotPenRequest = Forward & { volumeId: bigint; slot: number; term: bigint; pen: Uint8Array }

/** The slot's promise, and what it holds as slot-state says it; the promise names the same two states. */
export type SlotPenReply = Forward & { promise: Forwarded<PenPromise>; held: SlotStateReply }

export function encodeSlotPenRequest(request: SlotPenRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, term, pen } = request
  return serialize(SlotPenRequestSchema, build(SlotPenRequestSchema, { volumeId, slot, term, pen }, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotPenRequest(bytes: Uint8Array): SlotPenRequest {
  const message = parse(SlotPenRequestSchema, bytes)
  const { volumeId, slot, term, pen } = message
  const request = { volumeId, slot, term, pen, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotPenReply(reply: SlotPenReply): Uint8Array<ArrayBuffer> {
  const fields = { promise: penPromiseMessage(reply.promise), held: slotStateReplyMessage(reply.held) }
  return serialize(SlotPenReplySchema, build(SlotPenReplySchema, fields, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotPenReply(bytes: Uint8Array): SlotPenReply {
  const message = parse(SlotPenReplySchema, bytes)
  const { promise, held } = message
  if (promise === undefined || held === undefined) throw invalid('a promise comes with what the slot holds')
  return { promise: penPromiseOf(promise), held: slotStateReplyOf(held), ...forwardOf(message) }
}

function checkRequest({ volumeId, slot, term, pen }: SlotPenRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkUint64('term', term, 1n)
  checkBytes('pen', pen, PEN_BYTES)
}
