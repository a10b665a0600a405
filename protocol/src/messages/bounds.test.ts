import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { MAX_SECTORS, SECTOR_BYTES } from '../units.ts'
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
import { HelloSchema } from './generated/storgo/v1/hello_pb.ts'
import {
  SlotCertifyRequestSchema,
  SlotCommitReplySchema,
  SlotCommitRequestSchema,
  SlotStateReplySchema,
  SlotStateRequestSchema,
  SlotWriteRequestSchema,
} from './generated/storgo/v1/slot_pb.ts'
import { CertificateSchema, ReceiptSchema, SignedStateSchema } from './generated/storgo/v1/state_pb.ts'
import { decodeHello } from './hello.ts'
import { decodeCertificate, decodeReceipt, decodeSignedState } from './signed-state.ts'
import { decodeSlotCertifyRequest } from './slot-certify.ts'
import { decodeSlotCommitReply, decodeSlotCommitRequest } from './slot-commit.ts'
import { decodeSlotStateReply, decodeSlotStateRequest } from './slot-state.ts'
import { decodeSlotWriteRequest } from './slot-write.ts'

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
