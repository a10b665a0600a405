import type { MessageShape } from '@bufbuild/protobuf'
import type { Receipt } from '../state/receipt.ts'
import type { SignedState } from '../state/state.ts'
import { checkHeadRecord, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotStateReplySchema, SlotStateRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import {
  certificateMessage,
  certificateOf,
  type Forwarded,
  type ForwardedCertificate,
  receiptMessage,
  receiptOf,
  signedStateMessage,
  signedStateOf,
} from './signed-state.ts'

export const SLOT_STATE_PROTOCOL = '/storgo/slot-state/1.0.0'

/** Asks what a slot holds. */
export type SlotStateRequest = Forward & { volumeId: bigint; slot: number }

/** The last certified state of a slot, and the head record that the state names. */
export type CertifiedState = { certificate: ForwardedCertificate; headRecord: Uint8Array }

/** A later state that the slot holds without a certificate, with this slot's own receipt of it. */
export type LatestState = { signed: Forwarded<SignedState>; receipt: Forwarded<Receipt>; headRecord: Uint8Array }

/**
 * Neither state is there while the slot is empty. `promisedTerm`: the highest term it has promised, 0 before the first;
 * `busy`: an upload is active here, a pen taken now would meet `PEN_HELD`.
 */
export type SlotStateReply = Forward & {
  certified?: CertifiedState
  latest?: LatestState
  promisedTerm: bigint
  busy: boolean
}

export function encodeSlotStateRequest(request: SlotStateRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot } = request
  return serialize(SlotStateRequestSchema, build(SlotStateRequestSchema, { volumeId, slot }, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotStateRequest(bytes: Uint8Array): SlotStateRequest {
  const message = parse(SlotStateRequestSchema, bytes)
  const { volumeId, slot } = message
  const request = { volumeId, slot, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotStateReply(reply: SlotStateReply): Uint8Array<ArrayBuffer> {
  return serialize(SlotStateReplySchema, slotStateReplyMessage(reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotStateReply(bytes: Uint8Array): SlotStateReply {
  return slotStateReplyOf(parse(SlotStateReplySchema, bytes))
}

export function slotStateReplyMessage(reply: SlotStateReply): ReplyMessage {
  const { certified, latest, promisedTerm, busy } = reply
  checkUint64('promisedTerm', promisedTerm)
  if (certified !== undefined) checkHeadRecord(certified.headRecord)
  if (latest !== undefined) checkHeadRecord(latest.headRecord)
  const fields = {
    ...(certified !== undefined && {
      certified: certificateMessage(certified.certificate),
      certifiedHeadRecord: certified.headRecord,
    }),
    ...(latest !== undefined && {
      latest: signedStateMessage(latest.signed),
      latestReceipt: receiptMessage(latest.receipt),
      latestHeadRecord: latest.headRecord,
    }),
    promisedTerm,
    busy,
  }
  return build(SlotStateReplySchema, fields, reply)
}

export function slotStateReplyOf(message: ReplyMessage): SlotStateReply {
  const certified = certifiedOf(message)
  const latest = latestOf(message)
  return {
    ...(certified !== undefined && { certified }),
    ...(latest !== undefined && { latest }),
    promisedTerm: message.promisedTerm,
    busy: message.busy,
    ...forwardOf(message),
  }
}

type ReplyMessage = MessageShape<typeof SlotStateReplySchema>

function certifiedOf({ certified, certifiedHeadRecord: headRecord }: ReplyMessage): CertifiedState | undefined {
  if (certified === undefined) {
    if (headRecord.length > 0) throw invalid('a certified head record comes with its certificate')
    return undefined
  }
  checkHeadRecord(headRecord)
  return { certificate: certificateOf(certified), headRecord }
}

function latestOf({ latest, latestReceipt, latestHeadRecord: headRecord }: ReplyMessage): LatestState | undefined {
  if (latest === undefined && latestReceipt === undefined && headRecord.length === 0) return undefined
  if (latest === undefined || latestReceipt === undefined) throw invalid('the latest state comes with its receipt')
  checkHeadRecord(headRecord)
  return { signed: signedStateOf(latest), receipt: receiptOf(latestReceipt), headRecord }
}

function checkRequest({ volumeId, slot }: SlotStateRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
}
