import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, isStorgoError } from '@storgo/protocol'
import fc from 'fast-check'
import { decodeFramesSlowly } from './frame-decoder.reference.ts'
import { encodeFrameLength, FrameDecoder, type FrameLimits } from './frame-decoder.ts'

const LIMITS = { maxMessageBytes: 300, maxBulkBytes: 20_000 }
const encode = (message: Uint8Array, bulk: Uint8Array) =>
  concatBytes(encodeFrameLength(message.length), message, encodeFrameLength(bulk.length), bulk)

function decode(parts: Uint8Array[], limits: FrameLimits) {
  const decoder = new FrameDecoder(limits)
  try {
    for (const part of parts) decoder.push(part)
    return decoder.frames ?? 'MISSING'
  } catch (error) {
    return isStorgoError(error, 'MESSAGE_TOO_LARGE')
      ? 'TOO_LARGE'
      : isStorgoError(error, 'REQUEST_INVALID')
        ? 'INVALID'
        : error
  }
}

/** `bytes` cut at `cuts`, which may coincide. */
function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

test('frames come out as they went in, wherever the stream is cut', () => {
  const message = fc.uint8Array({ maxLength: 300 })
  const bulk = fc.uint8Array({ maxLength: 20_000, size: 'large' })
  fc.assert(
    fc.property(message, bulk, fc.array(fc.nat(), { maxLength: 6 }), (sentMessage, sentBulk, cuts) => {
      const frames = decode(cutAt(encode(sentMessage, sentBulk), cuts), LIMITS)
      assert.deepEqual(frames, { message: sentMessage, bulk: sentBulk })
    }),
  )
})

test('any bytes at all are read as the slow reference reads them', () => {
  const limits = { maxMessageBytes: 200, maxBulkBytes: 200 }
  const lengthByte = fc.oneof(fc.constantFrom(0, 1, 127, 128, 129, 255), fc.nat(255))
  fc.assert(
    fc.property(fc.array(lengthByte, { maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (start, rest) => {
      const bytes = concatBytes(Uint8Array.from(start), rest)
      assert.deepEqual(decode([bytes], limits), decodeFramesSlowly(bytes, limits))
    }),
    { numRuns: 2_000 },
  )
})

test('a frame may have exactly its bound and not one byte more', () => {
  const largest = encode(new Uint8Array(300), new Uint8Array(20_000))
  assert.equal(typeof decode([largest], LIMITS), 'object')
  assert.equal(decode([encodeFrameLength(301)], LIMITS), 'TOO_LARGE')
  assert.equal(decode([Uint8Array.of(0), encodeFrameLength(20_001)], LIMITS), 'TOO_LARGE')
  assert.equal(decode([Uint8Array.of(255, 255, 255, 255)], { maxMessageBytes: 2 ** 40, maxBulkBytes: 0 }), 'TOO_LARGE')
})

test('what was pushed may be overwritten afterwards', () => {
  const bytes = encode(Uint8Array.of(1, 2, 3), Uint8Array.of(4))
  const decoder = new FrameDecoder(LIMITS)
  decoder.push(bytes)
  bytes.fill(0)
  assert.deepEqual(decoder.frames, { message: Uint8Array.of(1, 2, 3), bulk: Uint8Array.of(4) })
})
