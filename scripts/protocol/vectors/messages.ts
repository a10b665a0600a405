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
  encodeSlotReadReply,
  encodeSlotReadRequest,
  encodeSlotStateReply,
  encodeSlotStateRequest,
  encodeSlotWriteReply,
  encodeSlotWriteRequest,
  type SlotCommitRequest,
  type SlotWriteRequest,
  StorgoError,
  signReceipt,
  signState,
  stateDigest,
} from '@storgo/protocol'
import { aState, DOMAIN, EPOCH, MASTER_KEY, PROVIDER_KEYS, STREAM, stream } from './material.ts'

const { privateKey, address } = deriveSessionKey(MASTER_KEY, DOMAIN.chainId, 1)
const signed = signState(aState({ nonce: 1n, parent: new Uint8Array(32) }), DOMAIN, privateKey)
const digest = stateDigest(signed.state, DOMAIN)
const receipts = PROVIDER_KEYS.map((key, slot) => signReceipt({ state: digest, slot, epoch: EPOCH }, DOMAIN, key))
const [receipt] = receipts as [(typeof receipts)[number]]
const certificate = { signed, receipts: receipts.slice(0, 5) }

/** Each message as its fields and as bytes, and bytes that every peer refuses: section 14. */
export function messageVectors() {
  const upload = stream('upload', 16)
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
  }
  const replace: SlotWriteRequest = {
    ...write,
    baseNonce: 0n,
    patches: [{ sector: 0, offset: 0, length: 1 << 20, mode: 'replace' }],
  }
  const commit: SlotCommitRequest = {
    slot: 0,
    upload,
    signed,
    slotRoots: stream('slot roots', 6 * 32),
    headRecord: stream('head record', 40),
  }
  const certify = { slot: 0, certificate }
  const read = { volumeId: 1n, slot: 0, nonce: 1n, sector: 2, offset: 128, length: 64 }
  const path = stream('path', 19 * 32)
  const error = new StorgoError('VOLUME_FULL', 'volume 1 has 3 sectors of 2', { volumeId: 1n, sectors: 3 })
  return {
    description: `docs/protocol/types.md, section 14; schemas in protocol/proto. ${STREAM}. Those of "refused" are no slot-read request.`,
    hello: { fields: hello, bytes: encodeHello(hello) },
    certificate: { fields: certificate, bytes: encodeCertificate(certificate) },
    slotStateRequest: { fields: slotState, bytes: encodeSlotStateRequest(slotState) },
    slotStateReplyOfNothing: { fields: {}, bytes: encodeSlotStateReply({}) },
    slotStateReply: (() => {
      const headRecord = commit.headRecord
      const fields = { certified: { certificate, headRecord }, latest: { signed, receipt, headRecord } }
      return { fields, bytes: encodeSlotStateReply(fields) }
    })(),
    slotWriteRequest: { fields: write, bulkBytes: 501, bytes: encodeSlotWriteRequest(write) },
    slotWriteRequestOfSector: { fields: replace, bulkBytes: 1 << 20, bytes: encodeSlotWriteRequest(replace) },
    slotWriteReply: { fields: { stagedBytes: 501n }, bytes: encodeSlotWriteReply({ stagedBytes: 501n }) },
    slotCommitRequest: { fields: commit, bytes: encodeSlotCommitRequest(commit) },
    slotCommitReply: { fields: { receipt }, bytes: encodeSlotCommitReply({ receipt }) },
    slotCertifyRequest: { fields: certify, bytes: encodeSlotCertifyRequest(certify) },
    slotCertifyReply: { fields: {}, bytes: encodeSlotCertifyReply() },
    slotReadRequest: { fields: read, bytes: encodeSlotReadRequest(read) },
    slotReadReply: { fields: { path }, bytes: encodeSlotReadReply({ path }) },
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
