import { ERRORS, type ErrorDetails, errorCodeOfWire, isStorgoError, StorgoError } from '../errors.ts'
import { ReplySchema } from './generated/storgo/v1/frame_pb.ts'
import { build, invalid, parse, serialize } from './message-codec.ts'

const MAX_TEXT_BYTES = 1024
const MAX_DETAILS = 16
const MAX_DETAIL_NAME_BYTES = 64
const MAX_DETAIL_BYTES = 256

/**
 * The message frame of a reply that succeeded.
 *
 * @param body the protocol's own reply message.
 * @throws {StorgoError} `MESSAGE_TOO_LARGE`.
 */
export function encodeReply(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return serialize(ReplySchema, build(ReplySchema, { body }, {}))
}

/**
 * The message frame of a reply that failed. Text and details are cut to their bounds. Anything but a `StorgoError` is
 * `INTERNAL` and says no more: what it holds is nobody else's business.
 */
export function encodeErrorReply(error: unknown): Uint8Array<ArrayBuffer> {
  const told = isStorgoError(error) ? error : new StorgoError('INTERNAL', 'internal error')
  const details = Object.entries(told.details)
    .filter(([name]) => bytesOf(name) <= MAX_DETAIL_NAME_BYTES)
    .slice(0, MAX_DETAILS)
    .map(([name, value]) => [name, cut(String(value), MAX_DETAIL_BYTES)])
  const fields = {
    error: ERRORS[told.code].wire,
    message: cut(told.message, MAX_TEXT_BYTES),
    details: Object.fromEntries(details),
  }
  return serialize(ReplySchema, build(ReplySchema, fields, {}))
}

/**
 * The protocol's own reply message.
 *
 * @throws {StorgoError} the remote error, its details as strings and its text free of control characters; an error
 * number of a newer version is `INTERNAL`. `REQUEST_INVALID` if the bytes are not a well-formed reply.
 */
export function decodeReply(bytes: Uint8Array): Uint8Array {
  const { error, message, details, body } = parse(ReplySchema, bytes)
  if (error === 0) return body
  const entries = Object.entries(details)
  const bounded =
    bytesOf(message) <= MAX_TEXT_BYTES &&
    entries.length <= MAX_DETAILS &&
    entries.every(([name, value]) => bytesOf(name) <= MAX_DETAIL_NAME_BYTES && bytesOf(value) <= MAX_DETAIL_BYTES)
  if (!bounded) throw invalid('the error reply leaves its bounds', { error })
  const shown: ErrorDetails = Object.fromEntries(entries.map(([name, value]) => [printable(name), printable(value)]))
  throw new StorgoError(errorCodeOfWire(error), printable(message), shown)
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** The longest start of `text` that has at most `maxBytes` bytes and no half character. */
function cut(text: string, maxBytes: number): string {
  const target = new Uint8Array(maxBytes)
  const { written } = new TextEncoder().encodeInto(text, target)
  return new TextDecoder().decode(target.subarray(0, written))
}

/** A remote text ends up on terminals and in logs, where control characters could pretend to be something else. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}
