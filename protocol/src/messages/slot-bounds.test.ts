import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, toBinary } from '@bufbuild/protobuf'
import { type Epoch, MAX_SECTORS, SECTOR_BYTES } from '../units.ts'
import {
  certificate,
  hash,
  headRecord,
  pen,
  promise,
  receipt,
  refuses,
  signature,
  state,
} from './bounds.conformance.ts'
import {
  SlotHistoryReplySchema,
  SlotHistoryRequestSchema,
  SlotPenReplySchema,
  SlotPenRequestSchema,
  SlotReadReplySchema,
  SlotReadRequestSchema,
  SlotReleaseRequestSchema,
  SlotSyncReplySchema,
  SlotSyncRequestSchema,
} from './generated/storgo/v1/slot_pb.ts'
import { encodeReply } from './reply.ts'
import { decodeSlotHistoryReply, decodeSlotHistoryRequest, encodeSlotHistoryReply } from './slot-history.ts'
import { decodeSlotPenReply, decodeSlotPenRequest, encodeSlotPenReply } from './slot-pen.ts'
import { decodeSlotReadReply, decodeSlotReadRequest } from './slot-read.ts'
import { decodeSlotReleaseRequest } from './slot-release.ts'
import { decodeSlotSyncReply, decodeSlotSyncRequest, encodeSlotSyncReply } from './slot-sync.ts'

refuses(SlotPenRequestSchema, decodeSlotPenRequest, { volumeId: 1n, slot: 31, term: 1n, pen }, [
  { volumeId: 0n },
  { slot: 32 },
  { term: 0n },
  { pen: hash },
])
refuses(SlotPenReplySchema, decodeSlotPenReply, { promise, held: {} }, [
  { promise: { ...promise, term: 0n } },
  { promise: { ...promise, latest: pen } },
  { promise: { ...promise, signature: hash } },
  { held: { certified: certificate } },
])

test('a promise without what the slot holds, or the other way round, is REQUEST_INVALID', () => {
  for (const fields of [{ promise }, { held: {} }]) {
    const bytes = toBinary(SlotPenReplySchema, create(SlotPenReplySchema, fields))
    assert.throws(() => decodeSlotPenReply(bytes), { code: 'REQUEST_INVALID' })
  }
})

refuses(SlotSyncRequestSchema, decodeSlotSyncRequest, { volumeId: 1n, slot: 31, since: 0n, after: 0 }, [
  { volumeId: 0n },
  { slot: 32 },
  { after: MAX_SECTORS + 1 },
])
const run = { first: 3, count: 2 }
const freed = { ...run, epoch: 1, nonce: 1n }
refuses(
  SlotSyncReplySchema,
  decodeSlotSyncReply,
  { state, receipts: [receipt], headRecord, slotRoots: new Uint8Array(64), changed: [run], freed: [freed], next: 9 },
  [
    { state: { ...state, nonce: 0n } },
    { receipts: [] },
    { receipts: [receipt, receipt] },
    { headRecord: new Uint8Array(0) },
    { slotRoots: new Uint8Array(0) },
    { slotRoots: new Uint8Array(63) },
    { slotRoots: new Uint8Array(32 * 33) },
    { changed: [{ ...run, count: 0 }] },
    { changed: [run, { first: 4, count: 1 }] },
    { changed: [{ first: MAX_SECTORS, count: 1 }] },
    { changed: Array.from({ length: 2049 }, (_, i) => ({ first: 2 * i, count: 1 })) },
    { freed: [{ ...freed, nonce: 0n }] },
    { freed: [freed, freed] },
    { freed: Array.from({ length: 513 }, (_, i) => ({ ...freed, first: 2 * i, count: 1 })) },
    { next: 0 },
    { next: MAX_SECTORS + 1 },
  ],
)

refuses(SlotHistoryRequestSchema, decodeSlotHistoryRequest, { volumeId: 1n, slot: 31, before: 0n }, [
  { volumeId: 0n },
  { slot: 32 },
])
const entryOf = (nonce: bigint) => ({
  certificate: { ...certificate, state: { ...state, nonce } },
  headRecord,
  epoch: 1,
})
refuses(SlotHistoryReplySchema, decodeSlotHistoryReply, { entries: [entryOf(3n), entryOf(2n)] }, [
  { entries: [entryOf(2n), entryOf(3n)] },
  { entries: [entryOf(2n), entryOf(2n)] },
  { entries: [{ ...entryOf(2n), headRecord: new Uint8Array(0) }] },
  { entries: [{ headRecord, epoch: 1 }] },
  { entries: Array.from({ length: 9 }, (_, i) => entryOf(BigInt(9 - i))) },
])
refuses(SlotReleaseRequestSchema, decodeSlotReleaseRequest, { volumeId: 1n, slot: 31, nonce: 1n, signature }, [
  { volumeId: 0n },
  { slot: 32 },
  { nonce: 0n },
  { signature: hash },
])

test('the longest replies that slot-sync, slot-history and slot-pen allow fit their frames', () => {
  const big = 2n ** 64n - 1n
  const longState = { ...state, volumeId: big, nonce: big, generation: 2 ** 32 - 1, sectors: MAX_SECTORS, term: big }
  const signed = { state: longState, signature }
  const epoch = (2 ** 32 - 1) as Epoch
  const receipts = Array.from({ length: 32 }, (_, slot) => ({ slot, epoch, term: big, signature }))
  const longHead = new Uint8Array(4096)
  const firstOf = (i: number, most: number) => MAX_SECTORS - 2 * (most - i)
  const changed = Array.from({ length: 2048 }, (_, i) => ({ first: firstOf(i, 2048), count: 1 }))
  const freed = Array.from({ length: 512 }, (_, i) => ({ first: firstOf(i, 512), count: 1, epoch, nonce: big }))
  const slotRoots = new Uint8Array(32 * 32)
  const sync = { signed, receipts, headRecord: longHead, slotRoots, changed, freed, next: MAX_SECTORS }
  encodeReply(encodeSlotSyncReply(sync))
  const entries = Array.from({ length: 8 }, (_, i) => ({
    certificate: { signed: { ...signed, state: { ...longState, nonce: big - BigInt(i) } }, receipts },
    headRecord: longHead,
    epoch,
  }))
  encodeReply(encodeSlotHistoryReply({ entries }))
  const certified = { certificate: { signed, receipts }, headRecord: longHead }
  const held = {
    certified,
    latest: { signed, receipt: receipts[0]!, headRecord: longHead },
    promisedTerm: big,
    busy: true,
  }
  encodeReply(encodeSlotPenReply({ promise: { ...promise, term: big, latestTerm: big, certified: big }, held }))
})

const read = { volumeId: 1n, slot: 0, nonce: 1n, sector: 0, offset: 64, length: 128 }
refuses(SlotReadRequestSchema, decodeSlotReadRequest, read, [
  { volumeId: 0n },
  { slot: 32 },
  { nonce: 0n },
  { sector: MAX_SECTORS },
  { offset: 1 },
  { length: 0 },
  { length: 65 },
  { offset: SECTOR_BYTES - 64 },
  { offset: SECTOR_BYTES },
  { offset: 64, length: SECTOR_BYTES },
  { offset: 2 ** 32 - 64 },
])

refuses(SlotReadReplySchema, decodeSlotReadReply, { path: hash }, [
  { path: new Uint8Array(33) },
  { path: new Uint8Array(32 * 62) },
])
