import {
  deriveSessionKey,
  encodeCertificate,
  encodeErrorReply,
  encodeHello,
  encodeReply,
  encodeSlotCertifyReply,
  encodeSlotCertifyRequest,
  encodeSlotCommitReply,
  encodeSlotCommitRequest,
  encodeSlotHistoryReply,
  encodeSlotHistoryRequest,
  encodeSlotPenReply,
  encodeSlotPenRequest,
  encodeSlotReadReply,
  encodeSlotReadRequest,
  encodeSlotReleaseReply,
  encodeSlotReleaseRequest,
  encodeSlotStateReply,
  encodeSlotStateRequest,
  encodeSlotSyncReply,
  encodeSlotSyncRequest,
  encodeSlotWriteReply,
  encodeSlotWriteRequest,
  type SlotCommitRequest,
  type SlotWriteRequest,
  StorgoError,
  signPenPromise,
  signReceipt,
  signState,
  stateDigest,
} from '@storgo/protocol'
import { aState, DOMAIN, EPOCH, MASTER_KEY, PROVIDER_KEYS, STREAM, stream } from './material.ts'

const { privateKey, address } = deriveSessionKey(MASTER_KEY, DOMAIN.chainId, 1)
const signed = signState(aState({ nonce: 1n, parent: new Uint8Array(32) }), DOMAIN, privateKey)
/** Of a writer that completes the state: later than the state's own. */
const TERM = 6n
const digest = stateDigest(signed.state, DOMAIN)
const receipts = PROVIDER_KEYS.map((key, slot) =>
  signReceipt({ state: digest, slot, epoch: EPOCH, term: TERM }, DOMAIN, key),
)
const [receipt] = receipts as [(typeof receipts)[number]]
const certificate = { signed, receipts: receipts.slice(0, 5) }

/** Each message as its fields and as bytes, and bytes that every peer refuses: section 14. */
export function messageVectors() {
  const [upload, pen] = [stream('upload', 16), stream('pen', 16)]
  const hello = {
    chainId: DOMAIN.chainId,
    contract: DOMAIN.verifyingContract,
    versionMin: 1_000_000,
    versionMax: 1_000_000,
    agent: 'storgo/0.1.0',
    account: address,
    issuedAt: 1_800_000_000n,
    signature: stream('hello signature', 64),
  }
  const nothing = { promisedTerm: 0n, busy: false }
  const slotState = { volumeId: 1n, slot: 4 }
  const write: SlotWriteRequest = {
    volumeId: 1n,
    slot: 4,
    upload,
    baseNonce: 1n,
    patches: [
      { sector: 2, offset: 1000, length: 500, mode: 'xor' },
      { sector: 2, offset: 70_000, length: 1, mode: 'xor' },
    ],
    pen,
  }
  const replace: SlotWriteRequest = {
    ...write,
    baseNonce: 0n,
    patches: [{ sector: 0, offset: 0, length: 1 << 20, mode: 'replace' }],
  }
  const fresh: SlotWriteRequest = {
    ...write,
    patches: [
      { sector: 1, offset: 0, length: 0, mode: 'fresh' },
      { sector: 2, offset: 64, length: 3, mode: 'fresh' },
    ],
  }
  const commit: SlotCommitRequest = {
    slot: 0,
    upload,
    signed,
    slotRoots: stream('slot roots', 6 * 32),
    headRecord: stream('head record', 40),
    pen,
    term: 4n,
    refusals: [],
  }
  const headRecord = commit.headRecord
  const held = {
    certified: { certificate, headRecord },
    latest: { signed, receipt, headRecord },
    promisedTerm: 7n,
    busy: false,
  }
  const claims = [
    { volumeId: 1n, slot: 1, term: 7n, certified: 0n, latest: new Uint8Array(32), latestTerm: 0n },
    { volumeId: 1n, slot: 3, term: 7n, certified: 0n, latest: stream('another state', 32), latestTerm: 5n },
  ]
  const promises = claims.map((claim) => signPenPromise(claim, DOMAIN, PROVIDER_KEYS[claim.slot] as Uint8Array))
  const [promise] = promises as [(typeof promises)[number]]
  const completion: SlotCommitRequest = { ...commit, term: 7n, refusals: promises }
  const takePen = { volumeId: 1n, slot: 1, term: 7n, pen }
  const sync = { volumeId: 1n, slot: 4, since: 0n, uncertified: false, after: 0 }
  const synced = {
    signed,
    receipts: certificate.receipts,
    headRecord,
    slotRoots: commit.slotRoots,
    changed: [
      { first: 0, count: 2 },
      { first: 70_000, count: 1 },
    ],
    freed: [{ first: 1, count: 1, epoch: EPOCH, nonce: 1n }],
    next: 70_001,
  }
  const history = { volumeId: 1n, slot: 4, before: 0n }
  const entries = [{ certificate, headRecord, epoch: EPOCH }]
  const release = { volumeId: 1n, slot: 4, nonce: 2n, signature: stream('release signature', 64) }
  const certify = { slot: 0, certificate }
  const read = { volumeId: 1n, slot: 0, nonce: 1n, sector: 2, offset: 128, length: 64 }
  const path = stream('path', 19 * 32)
  const error = new StorgoError('VOLUME_FULL', 'volume 1 has 3 sectors of 2', { volumeId: 1n, sectors: 3 })
  return {
    description: `docs/protocol/types.md, section 14; schemas in protocol/proto. ${STREAM}. Those of "refused" are no slot-read request.`,
    hello: { fields: hello, bytes: encodeHello(hello) },
    certificate: { fields: certificate, bytes: encodeCertificate(certificate) },
    slotStateRequest: { fields: slotState, bytes: encodeSlotStateRequest(slotState) },
    slotStateReplyOfNothing: { fields: nothing, bytes: encodeSlotStateReply(nothing) },
    slotStateReply: { fields: held, bytes: encodeSlotStateReply(held) },
    slotPenRequest: { fields: takePen, bytes: encodeSlotPenRequest(takePen) },
    slotPenReply: { fields: { promise, held: nothing }, bytes: encodeSlotPenReply({ promise, held: nothing }) },
    slotWriteRequest: { fields: write, bulkBytes: 501, bytes: encodeSlotWriteRequest(write) },
    slotWriteRequestOfSector: { fields: replace, bulkBytes: 1 << 20, bytes: encodeSlotWriteRequest(replace) },
    slotWriteRequestOfFresh: { fields: fresh, bulkBytes: 3, bytes: encodeSlotWriteRequest(fresh) },
    slotWriteReply: { fields: { stagedBytes: 501n }, bytes: encodeSlotWriteReply({ stagedBytes: 501n }) },
    slotCommitRequest: { fields: commit, bytes: encodeSlotCommitRequest(commit) },
    slotCommitRequestOfAnotherWriter: { fields: completion, bytes: encodeSlotCommitRequest(completion) },
    slotCommitReply: { fields: { receipt }, bytes: encodeSlotCommitReply({ receipt }) },
    slotCertifyRequest: { fields: certify, bytes: encodeSlotCertifyRequest(certify) },
    slotCertifyReply: { fields: {}, bytes: encodeSlotCertifyReply() },
    slotReadRequest: { fields: read, bytes: encodeSlotReadRequest(read) },
    slotReadReply: { fields: { path }, bytes: encodeSlotReadReply({ path }) },
    slotSyncRequest: { fields: sync, bytes: encodeSlotSyncRequest(sync) },
    slotSyncReply: { fields: synced, bytes: encodeSlotSyncReply(synced) },
    slotHistoryRequest: { fields: history, bytes: encodeSlotHistoryRequest(history) },
    slotHistoryReply: { fields: { entries }, bytes: encodeSlotHistoryReply({ entries }) },
    slotReleaseRequest: { fields: release, bytes: encodeSlotReleaseRequest(release) },
    slotReleaseReply: { fields: {}, bytes: encodeSlotReleaseReply() },
    reply: {
      body: encodeSlotWriteReply({ stagedBytes: 501n }),
      bytes: encodeReply(encodeSlotWriteReply({ stagedBytes: 501n })),
    },
    errorReply: {
      code: error.code,
      message: error.message,
      details: { volumeId: '1', sectors: '3' },
      bytes: encodeErrorReply(error),
    },
    // Of a field named twice the last counts, so a field put after a valid message changes it.
    refused: {
      'volumeId 0': followedBy(encodeSlotReadRequest(read), 0x08, 0),
      'slot 32': followedBy(encodeSlotReadRequest(read), 0x10, 32),
      'nonce 0': followedBy(encodeSlotReadRequest(read), 0x18, 0),
      'no whole leaves': followedBy(encodeSlotReadRequest(read), 0x30, 65),
      'an offset within a leaf': followedBy(encodeSlotReadRequest(read), 0x28, 1),
      'no bytes asked for': followedBy(encodeSlotReadRequest(read), 0x30, 0),
      'cut short': encodeSlotReadRequest(read).subarray(0, -1),
    },
    // Field 200, which this version does not know.
    newer: followedBy(encodeSlotReadRequest(read), 0xc2, 0x0c, 3, 1, 2, 3),
  }
}

function followedBy(bytes: Uint8Array, ...more: number[]): Uint8Array {
  return Uint8Array.of(...bytes, ...more)
}
