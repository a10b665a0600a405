import { areRisingRuns, type FreedRun, type SectorRun } from '../log/sector-runs.ts'
import type { Receipt } from '../state/receipt.ts'
import type { SignedState } from '../state/state.ts'
import { type Epoch, HASH_BYTES, MAX_SECTORS, MAX_SLOTS } from '../units.ts'
import { checkHeadRecord, checkInteger, checkSlot, checkUint64, MAX_UINT32 } from './field-checks.ts'
import { SlotSyncReplySchema, SlotSyncRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import {
  checkReceipts,
  type Forwarded,
  receiptMessage,
  receiptOf,
  signedStateMessage,
  signedStateOf,
} from './signed-state.ts'
import { MAX_CHANGED_RUNS, MAX_FREED_RUNS } from './wire-limits.ts'

export const SLOT_SYNC_PROTOCOL = '/storgo/slot-sync/1.0.0'

/**
 * Asks a slot for its certified state, or with `uncertified` for its uncertified one, and which of its sectors changed
 * after the state with nonce `since` (0: the empty one). Only sectors and stripes from number `after` on.
 */
export type SlotSyncRequest = Forward & {
  volumeId: bigint
  slot: number
  since: bigint
  uncertified: boolean
  after: number
}

/**
 * `receipts`: the certificate's, or this slot's own alone for an uncertified state. `slotRoots`: the n slot roots of 32
 * bytes, concatenated; empty exactly for a state of no sectors. `changed` and `freed` (stripes that are still free) are in
 * rising order and complete below `next`; with a `next`, ask again with `after` set to it.
 */
export type SlotSyncReply = Forward & {
  signed: Forwarded<SignedState>
  receipts: readonly Forwarded<Receipt>[]
  headRecord: Uint8Array
  slotRoots: Uint8Array
  changed: readonly SectorRun[]
  freed: readonly FreedRun[]
  next?: number
}

export function encodeSlotSyncRequest(request: SlotSyncRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, since, uncertified, after } = request
  const fields = { volumeId, slot, since, uncertified, after }
  return serialize(SlotSyncRequestSchema, build(SlotSyncRequestSchema, fields, request))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request. */
export function decodeSlotSyncRequest(bytes: Uint8Array): SlotSyncRequest {
  const message = parse(SlotSyncRequestSchema, bytes)
  const { volumeId, slot, since, uncertified, after } = message
  const request = { volumeId, slot, since, uncertified, after, ...forwardOf(message) }
  checkRequest(request)
  return request
}

export function encodeSlotSyncReply(reply: SlotSyncReply): Uint8Array<ArrayBuffer> {
  checkReply(reply)
  const { signed, receipts, headRecord, slotRoots, changed, freed, next } = reply
  const fields = {
    state: signedStateMessage(signed),
    receipts: receipts.map(receiptMessage),
    headRecord,
    slotRoots,
    changed: changed.map(({ first, count }) => ({ first, count })),
    freed: freed.map(({ first, count, epoch, nonce }) => ({ first, count, epoch, nonce })),
    ...(next !== undefined && { next }),
  }
  return serialize(SlotSyncReplySchema, build(SlotSyncReplySchema, fields, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotSyncReply(bytes: Uint8Array): SlotSyncReply {
  const message = parse(SlotSyncReplySchema, bytes)
  if (message.state === undefined) throw invalid('the state is missing')
  // Counted before they are read: a frame holds many more empty ones than a reply may have.
  checkReceipts(message.receipts)
  checkInteger('changed', message.changed.length, 0, MAX_CHANGED_RUNS)
  checkInteger('freed', message.freed.length, 0, MAX_FREED_RUNS)
  const { headRecord, slotRoots, next } = message
  const reply: SlotSyncReply = {
    signed: signedStateOf(message.state),
    receipts: message.receipts.map(receiptOf),
    headRecord,
    slotRoots,
    changed: message.changed.map(({ first, count }) => ({ first, count })),
    freed: message.freed.map(({ first, count, epoch, nonce }) => ({ first, count, epoch: epoch as Epoch, nonce })),
    ...(next !== undefined && { next }),
    ...forwardOf(message),
  }
  checkReply(reply)
  return reply
}

function checkRequest({ volumeId, slot, since, after }: SlotSyncRequest): void {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkUint64('since', since)
  checkInteger('after', after, 0, MAX_SECTORS)
}

function checkReply({ signed, receipts, headRecord, slotRoots, changed, freed, next }: SlotSyncReply): void {
  const { state } = signed
  checkReceipts(receipts)
  checkHeadRecord(headRecord)
  const n = slotRoots.length / HASH_BYTES
  checkInteger('slotRoots', n, state.sectors === 0 ? 0 : 1, state.sectors === 0 ? 0 : MAX_SLOTS)
  checkInteger('changed', changed.length, 0, MAX_CHANGED_RUNS)
  checkInteger('freed', freed.length, 0, MAX_FREED_RUNS)
  if (!areRisingRuns(changed, MAX_SECTORS)) throw invalid('the changed sectors are no rising runs')
  if (!areRisingRuns(freed, MAX_SECTORS)) throw invalid('the freed stripes are no rising runs')
  for (const { epoch, nonce } of freed) {
    checkInteger('epoch', epoch, 0, MAX_UINT32)
    checkUint64('nonce', nonce, 1n)
  }
  if (next !== undefined) checkInteger('next', next, 1, MAX_SECTORS)
}
