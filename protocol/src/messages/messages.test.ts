import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import { isStorgoError } from '../errors.ts'
import {
  aCertificate,
  aHello,
  aPenPromise,
  aReceipt,
  aSignedState,
  aSlotCommitRequest,
  aSlotHistoryReply,
  aSlotPenRequest,
  aSlotReadRequest,
  aSlotReleaseRequest,
  aSlotStateReply,
  aSlotSyncReply,
  aSlotSyncRequest,
  aSlotWriteRequest,
  record,
} from './fixtures/arbitrary-messages.ts'
import { decodeHello, encodeHello } from './hello.ts'
import { decodeReply, encodeReply } from './reply.ts'
import {
  decodeCertificate,
  decodeReceipt,
  decodeSignedState,
  encodeCertificate,
  encodeReceipt,
  encodeSignedState,
} from './signed-state.ts'
import {
  decodeSlotCertifyReply,
  decodeSlotCertifyRequest,
  encodeSlotCertifyReply,
  encodeSlotCertifyRequest,
} from './slot-certify.ts'
import {
  decodeSlotCommitReply,
  decodeSlotCommitRequest,
  encodeSlotCommitReply,
  encodeSlotCommitRequest,
} from './slot-commit.ts'
import {
  decodeSlotHistoryReply,
  decodeSlotHistoryRequest,
  encodeSlotHistoryReply,
  encodeSlotHistoryRequest,
} from './slot-history.ts'
import { decodeSlotPenReply, decodeSlotPenRequest, encodeSlotPenReply, encodeSlotPenRequest } from './slot-pen.ts'
import { decodeSlotReadReply, decodeSlotReadRequest, encodeSlotReadReply, encodeSlotReadRequest } from './slot-read.ts'
import {
  decodeSlotReleaseReply,
  decodeSlotReleaseRequest,
  encodeSlotReleaseReply,
  encodeSlotReleaseRequest,
} from './slot-release.ts'
import {
  decodeSlotStateReply,
  decodeSlotStateRequest,
  encodeSlotStateReply,
  encodeSlotStateRequest,
} from './slot-state.ts'
import { decodeSlotSyncReply, decodeSlotSyncRequest, encodeSlotSyncReply, encodeSlotSyncRequest } from './slot-sync.ts'
import {
  decodeSlotWriteReply,
  decodeSlotWriteRequest,
  encodeSlotWriteReply,
  encodeSlotWriteRequest,
  type SlotWriteRequest,
} from './slot-write.ts'
import { MAX_MESSAGE_BYTES } from './wire-limits.ts'

/** Field 200, length-delimited, 3 bytes: what a newer version might add. */
const NEWER_FIELD = Uint8Array.of(0xc2, 0x0c, 0x03, 1, 2, 3)

type Codec<T> = {
  name: string
  arbitrary: fc.Arbitrary<T>
  encode: (value: T) => Uint8Array
  decode: (bytes: Uint8Array) => T
  /** Decodes bytes that no encoder made. */
  decodeAny?: (bytes: Uint8Array) => T
}

const slotOf = fc.nat(31)
const bulkBytesOf = ({ patches }: SlotWriteRequest) => patches.reduce((sum, { length }) => sum + length, 0)

describe({ name: 'SignedState', arbitrary: aSignedState(), encode: encodeSignedState, decode: decodeSignedState })
describe({ name: 'Receipt', arbitrary: aReceipt(), encode: encodeReceipt, decode: decodeReceipt })
describe({ name: 'Certificate', arbitrary: aCertificate(), encode: encodeCertificate, decode: decodeCertificate })
describe({ name: 'Hello', arbitrary: aHello(), encode: encodeHello, decode: decodeHello })
describe({
  name: 'SlotStateRequest',
  arbitrary: record({ volumeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), slot: slotOf }),
  encode: encodeSlotStateRequest,
  decode: decodeSlotStateRequest,
})
describe({
  name: 'SlotStateReply',
  arbitrary: aSlotStateReply(),
  encode: encodeSlotStateReply,
  decode: decodeSlotStateReply,
})
describe({
  name: 'SlotWriteReply',
  arbitrary: record({ stagedBytes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  encode: encodeSlotWriteReply,
  decode: decodeSlotWriteReply,
})
describe({
  name: 'SlotCommitRequest',
  arbitrary: aSlotCommitRequest(),
  encode: encodeSlotCommitRequest,
  decode: decodeSlotCommitRequest,
})
describe({
  name: 'SlotCommitReply',
  arbitrary: record({ receipt: aReceipt() }),
  encode: encodeSlotCommitReply,
  decode: decodeSlotCommitReply,
})
describe({
  name: 'SlotCertifyRequest',
  arbitrary: record({ slot: slotOf, certificate: aCertificate() }),
  encode: encodeSlotCertifyRequest,
  decode: decodeSlotCertifyRequest,
})
describe({
  name: 'SlotCertifyReply',
  arbitrary: fc.constant({}),
  encode: encodeSlotCertifyReply,
  decode: decodeSlotCertifyReply,
})
describe({
  name: 'SlotPenRequest',
  arbitrary: aSlotPenRequest(),
  encode: encodeSlotPenRequest,
  decode: decodeSlotPenRequest,
})
describe({
  name: 'SlotPenReply',
  arbitrary: record({ promise: aPenPromise(), held: aSlotStateReply() }),
  encode: encodeSlotPenReply,
  decode: decodeSlotPenReply,
})
describe({
  name: 'SlotSyncRequest',
  arbitrary: aSlotSyncRequest(),
  encode: encodeSlotSyncRequest,
  decode: decodeSlotSyncRequest,
})
describe({
  name: 'SlotSyncReply',
  arbitrary: aSlotSyncReply(),
  encode: encodeSlotSyncReply,
  decode: decodeSlotSyncReply,
})
describe({
  name: 'SlotHistoryRequest',
  arbitrary: record({
    volumeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    slot: slotOf,
    before: fc.bigInt(0n, 2n ** 64n - 1n),
  }),
  encode: encodeSlotHistoryRequest,
  decode: decodeSlotHistoryRequest,
})
describe({
  name: 'SlotHistoryReply',
  arbitrary: aSlotHistoryReply(),
  encode: encodeSlotHistoryReply,
  decode: decodeSlotHistoryReply,
})
describe({
  name: 'SlotReleaseRequest',
  arbitrary: aSlotReleaseRequest(),
  encode: encodeSlotReleaseRequest,
  decode: decodeSlotReleaseRequest,
})
describe({
  name: 'SlotReleaseReply',
  arbitrary: fc.constant({}),
  encode: encodeSlotReleaseReply,
  decode: decodeSlotReleaseReply,
})
describe({
  name: 'SlotReadRequest',
  arbitrary: aSlotReadRequest(),
  encode: encodeSlotReadRequest,
  decode: decodeSlotReadRequest,
})
describe({
  name: 'SlotReadReply',
  arbitrary: record({ path: fc.nat(61).map((hashes) => new Uint8Array(32 * hashes).fill(hashes)) }),
  encode: encodeSlotReadReply,
  decode: decodeSlotReadReply,
})

test('SlotWriteRequest survives the round trip beside a bulk of the bytes it names, and no other', () => {
  fc.assert(
    fc.property(aSlotWriteRequest(), (request) => {
      const bytes = encodeSlotWriteRequest(request)
      assert.deepEqual(decodeSlotWriteRequest(bytes, bulkBytesOf(request)), request)
      for (const wrong of [bulkBytesOf(request) - 1, bulkBytesOf(request) + 1]) {
        assert.throws(() => decodeSlotWriteRequest(bytes, wrong), { code: 'REQUEST_INVALID' })
      }
    }),
  )
})

test('no damaged SlotWriteRequest is more than REQUEST_INVALID', () => {
  fc.assert(
    fc.property(damaged(aSlotWriteRequest().map(encodeSlotWriteRequest)), fc.nat(1 << 20), (bytes, bulkBytes) => {
      decodesOrIsInvalid((any) => decodeSlotWriteRequest(any, bulkBytes), bytes)
    }),
  )
})

test('no damaged reply frame is anything but a body or a StorgoError', () => {
  const frames = damaged(fc.uint8Array({ maxLength: 50 }).map(encodeReply))
  fc.assert(
    fc.property(frames, (bytes) => {
      try {
        decodeReply(bytes)
      } catch (error) {
        assert.ok(isStorgoError(error))
      }
    }),
  )
})

function describe<T>({ name, arbitrary, encode, decode }: Codec<T>): void {
  test(`${name} survives the round trip`, () => {
    fc.assert(fc.property(arbitrary, (value) => assert.deepEqual(decode(encode(value)), value)))
  })

  test(`${name} keeps the fields of a newer version`, () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const newer = concatBytes(encode(value), NEWER_FIELD)
        assert.deepEqual(encode(decode(newer)), newer)
      }),
      { numRuns: 20 },
    )
  })

  test(`${name} is read from a private copy of the frame`, () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const frame = Buffer.from(encode(value))
        const read = decode(frame)
        frame.fill(0xff)
        assert.deepEqual(read, value)
      }),
      { numRuns: 20 },
    )
  })

  test(`no damaged ${name} is more than REQUEST_INVALID, and what is read can be written again`, () => {
    fc.assert(
      fc.property(damaged(arbitrary.map(encode)), (bytes) => {
        const value = decodesOrIsInvalid(decode, bytes)
        if (value !== undefined) assert.deepEqual(decode(encode(value)), value)
      }),
      { numRuns: 300 },
    )
  })

  test(`a frame too large for any message is not a ${name}`, () => {
    const bytes = new Uint8Array(MAX_MESSAGE_BYTES + 1)
    assert.throws(() => decode(bytes), { code: 'REQUEST_INVALID', message: /too large/ })
  })
}

/** Random bytes, and valid messages cut short, with bits flipped, or with bytes put in. */
function damaged(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const cut = fc.tuple(valid, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1)))
  const flipped = fc.tuple(valid, fc.array(fc.nat(), { minLength: 1, maxLength: 6 })).map(([bytes, flips]) => {
    const copy = new Uint8Array(bytes)
    for (const flip of flips) {
      const at = (flip >> 3) % Math.max(1, copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << (flip & 7))
    }
    return copy
  })
  const stuffed = fc
    .tuple(valid, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 9 }))
    .map(([bytes, at, more]) =>
      concatBytes(bytes.subarray(0, at % (bytes.length + 1)), more, bytes.subarray(at % (bytes.length + 1))),
    )
  return fc.oneof(fc.uint8Array({ maxLength: 300 }), cut, flipped, stuffed)
}

function decodesOrIsInvalid<T>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T | undefined {
  try {
    return decode(bytes)
  } catch (error) {
    assert.ok(isStorgoError(error, 'REQUEST_INVALID'), String(error))
    return undefined
  }
}
