import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { type Epoch, MAX_SECTORS, SECTOR_BYTES } from '../units.ts'
import { HelloSchema } from './generated/storgo/v1/hello_pb.ts'
import {
  SlotCertifyRequestSchema,
  SlotCommitReplySchema,
  SlotCommitRequestSchema,
  SlotHistoryReplySchema,
  SlotHistoryRequestSchema,
  SlotPenReplySchema,
  SlotPenRequestSchema,
  SlotReadReplySchema,
  SlotReadRequestSchema,
  SlotReleaseRequestSchema,
  SlotStateReplySchema,
  SlotStateRequestSchema,
  SlotSyncReplySchema,
  SlotSyncRequestSchema,
  SlotWriteRequestSchema,
} from './generated/storgo/v1/slot_pb.ts'
import { CertificateSchema, ReceiptSchema, SignedStateSchema } from './generated/storgo/v1/state_pb.ts'
import { decodeHello } from './hello.ts'
import { encodeReply } from './reply.ts'
import { decodeCertificate, decodeReceipt, decodeSignedState } from './signed-state.ts'
import { decodeSlotCertifyRequest } from './slot-certify.ts'
import { decodeSlotCommitReply, decodeSlotCommitRequest } from './slot-commit.ts'
import { decodeSlotHistoryReply, decodeSlotHistoryRequest, encodeSlotHistoryReply } from './slot-history.ts'
import { decodeSlotPenReply, decodeSlotPenRequest, encodeSlotPenReply } from './slot-pen.ts'
import { decodeSlotReadReply, decodeSlotReadRequest } from './slot-read.ts'
import { decodeSlotReleaseRequest } from './slot-release.ts'
import { decodeSlotStateReply, decodeSlotStateRequest } from './slot-state.ts'
import { decodeSlotSyncReply, decodeSlotSyncRequest, encodeSlotSyncReply } from './slot-sync.ts'
import { decodeSlotWriteRequest } from './slot-write.ts'

const hash = new Uint8Array(32)
const signature = new Uint8Array(64)
const state = {
  volumeId: 1n,
  nonce: 1n,
  generation: 1,
  sectors: 1,
  root: hash,
  parent: hash,
  term: 0n,
  head: hash,
  signature,
}
const receipt = { slot: 0, epoch: 0, term: 1n, signature }
const certificate = { state, receipts: [receipt] }
const headRecord = new Uint8Array(1)
const pen = new Uint8Array(16)
const promise = { slot: 0, term: 5n, certified: 0n, latest: hash, latestTerm: 0n, signature }

/** A message that is accepted, and changes each of which makes it one that is not. */
function refuses<Schema extends DescMessage>(
  schema: Schema,
  decode: (bytes: Uint8Array) => unknown,
  valid: MessageInitShape<Schema>,
  changes: readonly MessageInitShape<Schema>[],
): void {
  test(`${schema.name} with a field out of bounds is REQUEST_INVALID`, () => {
    const encoded = (change: object) => toBinary(schema, create(schema, { ...valid, ...change }))
    decode(encoded({}))
    for (const change of changes) {
      assert.throws(() => decode(encoded(change)), { code: 'REQUEST_INVALID' }, Object.keys(change).join())
    }
  })
}

refuses(SignedStateSchema, decodeSignedState, state, [
  { volumeId: 0n },
  { nonce: 0n },
  { generation: 0 },
  { sectors: MAX_SECTORS + 1 },
  { root: hash.subarray(1) },
  { parent: new Uint8Array(33) },
  { head: new Uint8Array(0) },
  { signature: hash },
])

refuses(ReceiptSchema, decodeReceipt, receipt, [{ slot: 32 }, { signature: new Uint8Array(65) }])

refuses(CertificateSchema, decodeCertificate, certificate, [
  { receipts: [] },
  { receipts: [receipt, receipt] },
  { receipts: Array.from({ length: 33 }, (_, slot) => ({ ...receipt, slot })) },
  { receipts: [{ ...receipt, signature: hash }] },
  { state: { ...state, nonce: 0n } },
])

test('a certificate, commit or commit reply without its inner message is REQUEST_INVALID', () => {
  const none = new Uint8Array(0)
  for (const decode of [decodeCertificate, decodeSlotCommitRequest, decodeSlotCommitReply, decodeSlotCertifyRequest]) {
    assert.throws(() => decode(none), { code: 'REQUEST_INVALID' })
  }
})

const address = new Uint8Array(20)
const hello = {
  chainId: 1n,
  contract: address,
  versionMin: 1,
  versionMax: 1,
  agent: 'storgo/0.1',
  account: address,
  issuedAt: 1n,
  signature,
}
refuses(HelloSchema, decodeHello, hello, [
  { chainId: 0n },
  { chainId: 2n ** 53n },
  { contract: hash },
  { account: address.subarray(1) },
  { versionMin: 0 },
  { versionMin: 2 },
  { agent: 'x'.repeat(65) },
  { agent: 'sto\u001b[31mrgo' },
  { agent: 'störgo' },
  { signature: new Uint8Array(0) },
  { carrierPort: 65_536 },
])

refuses(SlotStateRequestSchema, decodeSlotStateRequest, { volumeId: 1n, slot: 31 }, [{ volumeId: 0n }, { slot: 32 }])

const slotState = {
  certified: certificate,
  certifiedHeadRecord: headRecord,
  latest: state,
  latestReceipt: receipt,
  latestHeadRecord: headRecord,
}
test('SlotStateReply with half of a state is REQUEST_INVALID', () => {
  const encoded = (fields: MessageInitShape<typeof SlotStateReplySchema>) =>
    toBinary(SlotStateReplySchema, create(SlotStateReplySchema, fields))
  decodeSlotStateReply(encoded(slotState))
  decodeSlotStateReply(encoded({}))
  for (const fields of [
    { certified: certificate },
    { certifiedHeadRecord: headRecord },
    { certified: certificate, certifiedHeadRecord: new Uint8Array(4097) },
    { latest: state, latestHeadRecord: headRecord },
    { latest: state, latestReceipt: receipt },
    { latestReceipt: receipt, latestHeadRecord: headRecord },
    { latestHeadRecord: headRecord },
  ]) {
    assert.throws(() => decodeSlotStateReply(encoded(fields)), { code: 'REQUEST_INVALID' })
  }
})

const patch = { sector: 0, offset: 0, length: 10, mode: 0 }
const write = { volumeId: 1n, slot: 0, upload: new Uint8Array(16), baseNonce: 0n, patches: [patch], pen }
refuses(SlotWriteRequestSchema, (bytes) => decodeSlotWriteRequest(bytes, 10), write, [
  { volumeId: 0n },
  { slot: 32 },
  { upload: new Uint8Array(15) },
  { patches: [] },
  { patches: [{ ...patch, length: 11 }] },
  { patches: [patch, { ...patch, length: 0 }] },
  { patches: [{ ...patch, offset: SECTOR_BYTES - 9 }] },
  { patches: [{ ...patch, offset: 2 ** 32 - 10 }] },
  { patches: [{ ...patch, sector: MAX_SECTORS }] },
  { patches: [{ ...patch, mode: 1 }] },
  { patches: [{ ...patch, mode: 3 }] },
  { pen: new Uint8Array(15) },
])

test('1 024 patches and 1 MiB are the most that one slot-write request stages', () => {
  const encoded = (patches: (typeof patch)[]) =>
    toBinary(SlotWriteRequestSchema, create(SlotWriteRequestSchema, { ...write, patches }))
  const most = Array.from({ length: 1024 }, (_, i) => ({
    ...patch,
    sector: MAX_SECTORS - 1,
    offset: i * 1024,
    length: 1024,
  }))
  const request = decodeSlotWriteRequest(encoded(most), SECTOR_BYTES)
  assert.equal(request.patches.length, 1024)
  const one = Array.from({ length: 1025 }, () => ({ ...patch, length: 1 }))
  assert.throws(() => decodeSlotWriteRequest(encoded(one), 1025), { code: 'REQUEST_INVALID' })
  const more = [...most.slice(1), { ...patch, length: 1025 }]
  assert.throws(() => decodeSlotWriteRequest(encoded(more), SECTOR_BYTES + 1), { code: 'REQUEST_INVALID' })
  const whole = [{ sector: 1, offset: 0, length: SECTOR_BYTES, mode: 1 }]
  assert.equal(decodeSlotWriteRequest(encoded(whole), SECTOR_BYTES).patches[0]?.mode, 'replace')
  const cleared = [{ ...patch, length: 0, mode: 2 }]
  assert.equal(decodeSlotWriteRequest(encoded(cleared), 0).patches[0]?.mode, 'fresh')
})

const commit = { slot: 1, upload: new Uint8Array(16), state, slotRoots: new Uint8Array(64), headRecord, pen, term: 5n }
refuses(SlotCommitRequestSchema, decodeSlotCommitRequest, commit, [
  { slot: 32, slotRoots: new Uint8Array(32 * 33) },
  { slot: 2 },
  { upload: new Uint8Array(15) },
  { slotRoots: new Uint8Array(63) },
  { slotRoots: new Uint8Array(32 * 33) },
  { slotRoots: new Uint8Array(0) },
  { state: { ...state, sectors: 0 } },
  { headRecord: new Uint8Array(0) },
  { headRecord: new Uint8Array(4097) },
  { parent: certificate },
  { state: { ...state, nonce: 2n } },
  { pen: new Uint8Array(17) },
  { term: 0n },
  { state: { ...state, term: 6n } },
  { refusals: [promise, promise] },
  { refusals: [promise, { ...promise, slot: 1, term: 6n }] },
  { refusals: [{ ...promise, slot: 32 }] },
  { refusals: Array.from({ length: 33 }, (_, slot) => ({ ...promise, slot })) },
])

test('a commit carries a refusal of each of 32 slots', () => {
  const refusals = Array.from({ length: 32 }, (_, slot) => ({ ...promise, slot }))
  const bytes = toBinary(SlotCommitRequestSchema, create(SlotCommitRequestSchema, { ...commit, refusals }))
  assert.deepEqual(decodeSlotCommitRequest(bytes).refusals, refusals)
})

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

test('a commit that changes no bytes of the slot names no upload', () => {
  const bytes = toBinary(
    SlotCommitRequestSchema,
    create(SlotCommitRequestSchema, { ...commit, upload: new Uint8Array(0) }),
  )
  assert.equal('upload' in decodeSlotCommitRequest(bytes), false)
})

refuses(SlotCommitReplySchema, decodeSlotCommitReply, { receipt }, [{ receipt: { ...receipt, slot: 99 } }])
refuses(SlotCertifyRequestSchema, decodeSlotCertifyRequest, { slot: 0, certificate }, [
  { slot: 32 },
  { certificate: { ...certificate, receipts: [] } },
])

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
