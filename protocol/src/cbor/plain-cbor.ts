import { decodeOptions, encodeOptions } from '@ipld/dag-cbor'
import { decode, encode, type Token, Tokenizer } from 'cborg'
import { StorgoError } from '../errors.ts'
import { readShape, type ShapeProblem } from './cbor-shape.ts'

/** What Storgo's records are made of: the part of DAG-CBOR without maps, tags, floats and booleans. Numbers are safe integers. */
export type CborValue = null | number | string | Uint8Array | readonly CborValue[]

/** Deepest nesting of lists in any of Storgo's records. */
const MAX_DEPTH = 4
/** DAG-CBOR's own rules, but `undefined` is no loose way to write null. */
const STRICT = { ...decodeOptions, coerceUndefinedToNull: false }
const PLAIN = new Set(['uint', 'negint', 'bytes', 'string', 'array', 'null'])

/** DAG-CBOR's own rules, but a number is an integer that every reader can hold. */
const INTEGERS = {
  ...encodeOptions,
  typeEncoders: {
    ...encodeOptions.typeEncoders,
    number: (value: number) => {
      if (Number.isSafeInteger(value)) return null
      throw new StorgoError('REQUEST_INVALID', 'a number of a record is not a safe integer', { value })
    },
  },
}

/** The one DAG-CBOR form of `value`. @throws {StorgoError} `REQUEST_INVALID` for a number that is not a safe integer. */
export function encodeCbor(value: CborValue): Uint8Array {
  return plainView(encode(value, INTEGERS))
}

/**
 * Reads one record.
 *
 * @param read checks the decoded value's shape with the functions of `cbor-shape.ts` and turns it into a type.
 * @throws {StorgoError} `problem.code` if the bytes are not DAG-CBOR of plain values, or `read` throws.
 */
export function readCbor<T>(bytes: Uint8Array, problem: ShapeProblem, read: (value: CborValue) => T): T {
  return readShape(problem, () => {
    const tokenizer = new PlainTokenizer(plainView(bytes), STRICT)
    return read(decode(bytes, { ...STRICT, tokenizer }))
  })
}

/** Refuses what is not a {@link CborValue} and lists nested too deep, before anything is built or recursed into. */
class PlainTokenizer extends Tokenizer {
  /** Items still to come of each list that is open. */
  readonly #open: number[] = []

  override next(): Token {
    const token = super.next()
    if (!PLAIN.has(token.type.name)) throw new Error(`${token.type.name} has no place here`)
    const last = this.#open.length - 1
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) - 1
    if (token.type.name === 'array' && token.value > 0) this.#open.push(token.value)
    while (this.#open.at(-1) === 0) this.#open.pop()
    if (this.#open.length > MAX_DEPTH) throw new Error(`lists are nested deeper than ${MAX_DEPTH}`)
    return token
  }
}

/** The same bytes without the subclass: slices of a Node.js `Buffer` would share its memory. */
function plainView({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
