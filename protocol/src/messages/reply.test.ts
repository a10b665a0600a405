import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { ERRORS, type ErrorCode, isStorgoError, StorgoError } from '../errors.ts'
import { ReplySchema } from './generated/storgo/v1/frame_pb.ts'
import { decodeReply, encodeErrorReply, encodeReply } from './reply.ts'
import { MAX_MESSAGE_BYTES } from './wire-limits.ts'

/** The error that a reply frame throws. */
function thrownBy(frame: Uint8Array): StorgoError {
  try {
    decodeReply(frame)
  } catch (error) {
    if (isStorgoError(error)) return error
  }
  return assert.fail('no StorgoError')
}

test('a body comes out as it went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (body) =>
      assert.deepEqual([...decodeReply(encodeReply(body))], [...body]),
    ),
  )
})

test('every error crosses the wire with its code, text and details as strings', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const error = thrownBy(
      encodeErrorReply(new StorgoError(code, `no «${code}»`, { slot: 3, volumeId: 2n ** 60n, why: 'x' })),
    )
    assert.equal(error.code, code)
    assert.equal(error.message, `no «${code}»`)
    assert.deepEqual(error.details, { slot: '3', volumeId: String(2n ** 60n), why: 'x' })
  }
})

test('an error that Storgo has no name for says nothing of itself', () => {
  const error = thrownBy(encodeErrorReply(new Error('secret at /home/me/key')))
  assert.equal(error.code, 'INTERNAL')
  assert.doesNotMatch(error.message, /secret/)
  assert.equal(thrownBy(encodeErrorReply('thrown text')).code, 'INTERNAL')
})

test('whatever its text and details, an error reply fits its bounds and is read again', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }), fc.constant('日'.repeat(900)))
  fc.assert(
    fc.property(text, fc.dictionary(fc.string({ maxLength: 90 }), text, { maxKeys: 30 }), (message, details) => {
      const frame = encodeErrorReply(new StorgoError('DISK_FULL', message, details))
      assert.ok(frame.length < MAX_MESSAGE_BYTES)
      const error = thrownBy(frame)
      assert.equal(error.code, 'DISK_FULL')
      assert.ok(new TextEncoder().encode(error.message).length <= 3 * 1024)
    }),
    { numRuns: 50 },
  )
})

test('a long text is cut between characters', () => {
  const { message } = thrownBy(encodeErrorReply(new StorgoError('DISK_FULL', '日'.repeat(900))))
  assert.equal(message, '日'.repeat(341))
})

test('control characters of a remote text do not reach the terminal', () => {
  const error = thrownBy(encodeErrorReply(new StorgoError('DISK_FULL', 'a\u001b[2Jb\u202ec', { '\u0007': '\n' })))
  assert.equal(error.message, 'a\ufffd[2Jb\ufffdc')
  assert.deepEqual(error.details, { '\ufffd': '\ufffd' })
})

test('an error number of a newer version is INTERNAL', () => {
  const frame = toBinary(ReplySchema, create(ReplySchema, { error: 60_000, message: 'new' }))
  assert.equal(thrownBy(frame).code, 'INTERNAL')
})

test('an error reply beyond its bounds is REQUEST_INVALID, and a body too large is not sent', () => {
  const tooMany = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [String(i), '']))
  for (const fields of [
    { message: 'x'.repeat(1025) },
    { details: tooMany },
    { details: { a: 'x'.repeat(257) } },
    { details: { ['x'.repeat(65)]: 'a' } },
  ]) {
    const frame = toBinary(ReplySchema, create(ReplySchema, { error: 21, ...fields }))
    assert.equal(thrownBy(frame).code, 'REQUEST_INVALID')
  }
  assert.throws(() => encodeReply(new Uint8Array(MAX_MESSAGE_BYTES)), { code: 'MESSAGE_TOO_LARGE' })
})
