import type { MessageShape } from '@bufbuild/protobuf'
import type { Epoch } from '../units.ts'
import { checkHeadRecord, checkInteger, checkSlot, checkUint64, MAX_UINT32 } from './field-checks.ts'
import {
  type HistoryEntrySchema,
  SlotHistoryReplySchema,
  SlotHistoryRequestSchema,
} from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { certificateMessage, certificateOf, type ForwardedCertificate } from './signed-state.ts'
import { MAX_HISTORY_ENTRIES } from './wire-limits.ts'

export const SLOT_HISTORY_PROTOCOL = '/storgo/slot-history/1.0.0'

/** Asks for certified states of a nonce below `before`; 0 for the newest. */
export type SlotHistoryRequest = Forward & { volumeId: bigint; slot: number; before: bigint }

/** The last state that was certified in an epoch, and the head record that it names. */
export type HistoryEntry = { certificate: ForwardedCertificate; headRecord: Uint8Array; epoch: Epoch }

/** Newest first; none if there is nothing older within the retention time. */
export type SlotHistoryReply = Forward & { entries: readonly HistoryEntry[] }

export function encodeSlotHistoryRequest(request: SlotHistoryRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, before } = request
  return serialize(SlotHistoryRequestSchema, build(SlotHistoryRequestSchema, { volumeId, slot, before }, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotHistoryRequest(bytes: Uint8Array): SlotHistoryRequest {
  const message = parse(SlotHistoryRequestSchema, bytes)
  const { volumeId, slot, before } = message
  const request = { volumeId, slot, before, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotHistoryReply(reply: SlotHistoryReply): Uint8Array<ArrayBuffer> {
  checkEntries(reply.entries)
  const entries = reply.entries.map(({ certificate, headRecord, epoch }) => ({
    certificate: certificateMessage(certificate),
    headRecord,
    epoch,
  }))
  return serialize(SlotHistoryReplySchema, build(SlotHistoryReplySchema, { entries }, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotHistoryReply(bytes: Uint8Array): SlotHistoryReply {
  const message = parse(SlotHistoryReplySchema, bytes)
  // Counted before they are read: a frame holds many more empty ones than a reply may have.
  checkInteger('entries', message.entries.length, 0, MAX_HISTORY_ENTRIES)
  const entries = message.entries.map(entryOf)
  checkEntries(entries)
  return { entries, ...forwardOf(message) }
}

function entryOf({ certificate, headRecord, epoch }: MessageShape<typeof HistoryEntrySchema>): HistoryEntry {
  if (certificate === undefined) throw invalid('a state of the history has its certificate')
  return { certificate: certificateOf(certificate), headRecord, epoch: epoch as Epoch }
}

function checkRequest({ volumeId, slot, before }: SlotHistoryRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkUint64('before', before)
}

function checkEntries(entries: readonly HistoryEntry[]): void {
  checkInteger('entries', entries.length, 0, MAX_HISTORY_ENTRIES)
  let before: bigint | undefined
  for (const { certificate, headRecord, epoch } of entries) {
    checkHeadRecord(headRecord)
    checkInteger('epoch', epoch, 0, MAX_UINT32)
    const { nonce } = certificate.signed.state
    if (before !== undefined && nonce >= before) throw invalid('the history goes from new to old', { nonce })
    before = nonce
  }
}
