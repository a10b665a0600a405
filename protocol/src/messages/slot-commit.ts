import type { PenPromise } from '../state/pen-promise.ts'
import type { Receipt } from '../state/receipt.ts'
import type { SignedState } from '../state/state.ts'
import { HASH_BYTES, MAX_SLOTS } from '../units.ts'
import { checkBytes, checkHeadRecord, checkInteger, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotCommitReplySchema, SlotCommitRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import {
  certificateMessage,
  certificateOf,
  type Forwarded,
  type ForwardedCertificate,
  penPromiseMessage,
  penPromiseOf,
  receiptMessage,
  receiptOf,
  signedStateMessage,
  signedStateOf,
} from './signed-state.ts'
import { PEN_BYTES, UPLOAD_ID_BYTES } from './wire-limits.ts'

export const SLOT_COMMIT_PROTOCOL = '/storgo/slot-commit/1.0.0'

/**
 * Makes what `upload` staged and the state durable. `upload` is absent when this slot's bytes do not change; `parent`,
 * the parent's certificate, is absent exactly for nonce 1. `slotRoots`: the n slot roots of 32 bytes, concatenated;
 * empty exactly for a state of no sectors. `pen` (16 bytes) and `term` are the committing writer's: `term` is the state's
 * own, or a higher one when a later writer completes the state. `refusals`: promises of this very term, of distinct slots,
 * which show that another state held here cannot have been certified; empty unless that state has to go.
 */
export type SlotCommitRequest = Forward & {
  slot: number
  upload?: Uint8Array
  signed: Forwarded<SignedState>
  slotRoots: Uint8Array
  headRecord: Uint8Array
  parent?: ForwardedCertificate
  pen: Uint8Array
  term: bigint
  refusals: readonly Forwarded<PenPromise>[]
}

export type SlotCommitReply = Forward & { receipt: Forwarded<Receipt> }

export function encodeSlotCommitRequest(request: SlotCommitRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { slot, upload, signed, slotRoots, headRecord, parent, pen, term, refusals } = request
  const fields = {
    slot,
    upload: upload ?? new Uint8Array(0),
    state: signedStateMessage(signed),
    slotRoots,
    headRecord,
    ...(parent !== undefined && { parent: certificateMessage(parent) }),
    pen,
    term,
    refusals: refusals.map(penPromiseMessage),
  }
  return serialize(SlotCommitRequestSchema, build(SlotCommitRequestSchema, fields, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotCommitRequest(bytes: Uint8Array): SlotCommitRequest {
  const message = parse(SlotCommitRequestSchema, bytes)
  if (message.state === undefined) throw invalid('a commit names its state')
  const { slot, upload, slotRoots, headRecord, parent, pen, term } = message
  // Counted before they are read: a frame holds many more empty ones than there are slots.
  checkInteger('refusals', message.refusals.length, 0, MAX_SLOTS)
  const request: SlotCommitRequest = {
    slot,
    ...(upload.length > 0 && { upload }),
    signed: signedStateOf(message.state),
    slotRoots,
    headRecord,
    ...(parent !== undefined && { parent: certificateOf(parent) }),
    pen,
    term,
    refusals: message.refusals.map(penPromiseOf),
    ...forwardOf(message),
  }
  checkRequest(request)
  return request
}

export function encodeSlotCommitReply(reply: SlotCommitReply): Uint8Array<ArrayBuffer> {
  const fields = { receipt: receiptMessage(reply.receipt) }
  return serialize(SlotCommitReplySchema, build(SlotCommitReplySchema, fields, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotCommitReply(bytes: Uint8Array): SlotCommitReply {
  const message = parse(SlotCommitReplySchema, bytes)
  if (message.receipt === undefined) throw invalid('a committed state has a receipt')
  return { receipt: receiptOf(message.receipt), ...forwardOf(message) }
}

function checkRequest(request: SlotCommitRequest): void {
  const { slot, upload, slotRoots, headRecord, parent, pen, term, refusals } = request
  const { state } = request.signed
  checkSlot(slot)
  if (upload !== undefined) checkBytes('upload', upload, UPLOAD_ID_BYTES)
  checkHeadRecord(headRecord)
  checkBytes('pen', pen, PEN_BYTES)
  checkUint64('term', term, 1n)
  if (term < state.term) throw invalid('a state is not committed under a term before its own', { term })
  checkInteger('refusals', refusals.length, 0, MAX_SLOTS)
  if (refusals.some((refusal) => refusal.term !== term)) throw invalid('a refusal is of the commit’s term')
  if (new Set(refusals.map(({ slot }) => slot)).size < refusals.length) throw invalid('two refusals of one slot')
  const n = slotRoots.length / HASH_BYTES
  checkInteger('slotRoots', n, state.sectors === 0 ? 0 : slot + 1, state.sectors === 0 ? 0 : MAX_SLOTS)
  if ((state.nonce === 1n) !== (parent === undefined)) {
    throw invalid('every state but the first comes with the certificate of its parent', { nonce: state.nonce })
  }
}
