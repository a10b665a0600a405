import { type ErrorCode, StorgoError } from '../errors.ts'
import type { CborValue } from './plain-cbor.ts'

/** How a record that does not have its shape is reported. */
export type ShapeProblem = { code: ErrorCode; what: string }

/** Runs `read`, made of the functions below. @throws {StorgoError} `problem.code` if it throws anything. */
export function readShape<T>({ code, what }: ShapeProblem, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new StorgoError(code, `the ${what} is malformed`, {}, { cause })
  }
}

// Each of these gives the value as the type it must have, and throws otherwise.

/** @param length how many items; any number if absent. */
export function asList(value: CborValue | undefined, length?: number): readonly CborValue[] {
  if (!isList(value)) throw new TypeError('not a list')
  if (length !== undefined && value.length !== length) throw new RangeError(`${value.length} items, not ${length}`)
  return value
}

export function asInteger(value: CborValue | undefined, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new TypeError('not a safe integer')
  if (value < min || value > max) throw new RangeError(`${value} is not in ${min} … ${max}`)
  return value
}

export function asBytes(value: CborValue | undefined, min: number, max: number = min): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('not bytes')
  if (value.length < min || value.length > max) throw new RangeError(`${value.length} bytes, not ${min} … ${max}`)
  return value
}

/** @param maxBytes of its UTF-8 form. */
export function asText(value: CborValue | undefined, maxBytes: number): string {
  if (typeof value !== 'string') throw new TypeError('not text')
  if (!value.isWellFormed()) throw new TypeError('not Unicode')
  // A UTF-16 unit takes at most three bytes: short text need not be encoded to be measured.
  const bytes = value.length * 3 <= maxBytes ? 0 : new TextEncoder().encode(value).length
  if (bytes > maxBytes) throw new RangeError(`${bytes} bytes of text, more than ${maxBytes}`)
  return value
}

function isList(value: CborValue | undefined): value is readonly CborValue[] {
  return Array.isArray(value)
}
