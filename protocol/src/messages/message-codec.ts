import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { type ErrorDetails, StorgoError } from '../errors.ts'
import { MAX_MESSAGE_BYTES } from './wire-limits.ts'

/** Fields that a newer version added to a message, kept so that passing the message on loses nothing. */
export type Forward = { readonly unknown?: NonNullable<Message['$unknown']> }

export function invalid(message: string, details?: ErrorDetails, options?: ErrorOptions): StorgoError {
  return new StorgoError('REQUEST_INVALID', message, details, options)
}

/**
 * Reads one message. Its byte fields are views of a private copy, never of the caller's buffer.
 *
 * @throws {StorgoError} `REQUEST_INVALID`.
 */
export function parse<Schema extends DescMessage>(schema: Schema, bytes: Uint8Array): MessageShape<Schema> {
  if (bytes.length > MAX_MESSAGE_BYTES) throw invalid('the message is too large', { bytes: bytes.length })
  try {
    return fromBinary(schema, new Uint8Array(bytes))
  } catch (cause) {
    throw invalid(`the bytes are not a ${schema.name} message`, {}, { cause })
  }
}

/** The unknown fields of a parsed message, as a property only if there are any. */
export function forwardOf({ $unknown }: Message): Forward {
  return $unknown === undefined || $unknown.length === 0 ? {} : { unknown: $unknown }
}

/** Builds a message from checked fields and what `forward` kept of a newer version. */
export function build<Schema extends DescMessage>(
  schema: Schema,
  fields: MessageInitShape<Schema>,
  { unknown }: Forward,
): MessageShape<Schema> {
  const message = create(schema, fields)
  if (unknown !== undefined) message.$unknown = [...unknown]
  return message
}

/** @throws {StorgoError} `MESSAGE_TOO_LARGE` if the message does not fit its frame. */
export function serialize<Schema extends DescMessage>(
  schema: Schema,
  message: MessageShape<Schema>,
): Uint8Array<ArrayBuffer> {
  const bytes = toBinary(schema, message)
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new StorgoError('MESSAGE_TOO_LARGE', `a ${schema.name} message does not fit its frame`, {
      bytes: bytes.length,
    })
  }
  return bytes
}
