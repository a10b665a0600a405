import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, isStorgoError, MAX_BULK_BYTES, MAX_MESSAGE_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { readFramesSlowly } from './carrier-frames.reference.ts'
import { type CarrierFrame, CarrierFrameDecoder, encodeFrameStart } from './carrier-frames.ts'

function read(parts: Uint8Array[]): ReturnType<typeof readFramesSlowly> {
  const frames: CarrierFrame[] = []
  const decoder = new CarrierFrameDecoder((frame) => frames.push(frame))
  try {
    for (const part of parts) decoder.push(part)
    return { frames, end: decoder.isInFrame ? 'CUT' : 'WHOLE' }
  } catch (error) {
    if (!isStorgoError(error, 'REQUEST_INVALID') && !isStorgoError(error, 'MESSAGE_TOO_LARGE')) throw error
    return { frames, end: 'REFUSED' }
  }
}

/** `bytes` cut at `cuts`, which may coincide. */
function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

const encode = (frame: CarrierFrame) => concatBytes(encodeFrameStart(frame, frame), frame.bulk)
const id = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const message = fc.uint8Array({ maxLength: 400 })
const bulk = fc.uint8Array({ maxLength: 30_000, size: 'large' })
const protocol = fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' })
const none = fc.constant(new Uint8Array(0))
const PLAIN = { noNullPrototype: true } as const
const aFrame: fc.Arbitrary<CarrierFrame> = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), id, protocol, message, bulk }, PLAIN),
  fc.record({ kind: fc.constant('reply' as const), id, protocol: fc.constant(''), message, bulk }, PLAIN),
  fc.record({ kind: fc.constant('cancel' as const), id, protocol: fc.constant(''), message: none, bulk: none }, PLAIN),
)

test('frames come out as they went in and in order, wherever the connection is cut', () => {
  fc.assert(
    fc.property(fc.array(aFrame, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
      assert.deepEqual(read(cutAt(concatBytes(...sent.map(encode)), cuts)), { frames: sent, end: 'WHOLE' })
    }),
  )
})

test('any bytes at all are read as the slow reference reads them', () => {
  const length = fc.oneof(fc.nat(20), fc.constantFrom(MAX_MESSAGE_BYTES + 1, MAX_BULK_BYTES + 1, 2 ** 32 - 1))
  const head = fc
    .record({
      kind: fc.nat(4),
      protocolBytes: fc.constantFrom(0, 1, 2, 64, 65, 255),
      id: fc.nat(2),
      message: length,
      bulk: length,
    })
    .map((fields) => {
      const bytes = Buffer.alloc(14)
      bytes.writeUInt8(fields.kind, 0)
      bytes.writeUInt8(fields.protocolBytes, 1)
      bytes.writeUInt32BE(fields.id, 2)
      bytes.writeUInt32BE(fields.message, 6)
      bytes.writeUInt32BE(fields.bulk, 10)
      return new Uint8Array(bytes)
    })
  const parts = fc.array(fc.oneof({ weight: 3, arbitrary: head }, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 })
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 4 }), (mixed, cuts) => {
      const bytes = concatBytes(...mixed)
      assert.deepEqual(read(cutAt(bytes, cuts)), readFramesSlowly(bytes))
    }),
    { numRuns: 2_000 },
  )
})

test('sizes may be exactly their bounds and not one byte more', () => {
  const most = { message: new Uint8Array(MAX_MESSAGE_BYTES), bulk: new Uint8Array(MAX_BULK_BYTES) }
  assert.equal(read([encode({ kind: 'reply', id: 1, protocol: '', ...most })]).frames.length, 1)
  for (const parts of [
    { message: new Uint8Array(MAX_MESSAGE_BYTES + 1) },
    { bulk: new Uint8Array(MAX_BULK_BYTES + 1) },
  ]) {
    assert.equal(read([encodeFrameStart({ kind: 'reply', id: 1 }, parts).subarray(0, 14)]).end, 'REFUSED')
  }
})

test('a frame that nobody wants is passed over', () => {
  const seen: number[] = []
  const decoder = new CarrierFrameDecoder(
    (frame) => seen.push(frame.id),
    (head) => head.id !== 2,
  )
  for (const number of [1, 2, 3]) {
    decoder.push(
      encode({ kind: 'reply', id: number, protocol: '', message: Uint8Array.of(1), bulk: new Uint8Array(70_000) }),
    )
  }
  assert.deepEqual(seen, [1, 3])
})

test('what was pushed may be overwritten afterwards', () => {
  const frame = {
    kind: 'request',
    id: 7,
    protocol: '/a',
    message: Uint8Array.of(1, 2),
    bulk: Uint8Array.of(3),
  } as const
  const bytes = encode(frame)
  const frames: CarrierFrame[] = []
  new CarrierFrameDecoder((read) => frames.push(read)).push(bytes)
  bytes.fill(0)
  assert.deepEqual(frames, [frame])
})

test('the name of a protocol is ASCII of at most 64 characters', () => {
  for (const name of ['é', 'x'.repeat(65)]) {
    assert.throws(() => encodeFrameStart({ kind: 'request', id: 1 }, { protocol: name }), { code: 'REQUEST_INVALID' })
  }
})
