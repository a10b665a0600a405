import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import { asBytes, asInteger, asList, asText } from './cbor-shape.ts'
import { cborSize } from './cbor-size.ts'
import { type CborValue, encodeCbor, readCbor } from './plain-cbor.ts'

const problem = { code: 'HEAD_INVALID', what: 'test record' } as const
const read = (bytes: Uint8Array) => readCbor(bytes, problem, (value) => value)

function aValue(depth = 3): fc.Arbitrary<CborValue> {
  const scalar = fc.oneof(
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, -24, -25, -257),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
  )
  return depth === 0 ? scalar : fc.oneof(scalar, fc.array(aValue(depth - 1), { maxLength: 30 }))
}

test('every plain value survives the round trip and its size is known beforehand', () => {
  fc.assert(
    fc.property(aValue(), (value) => {
      const bytes = encodeCbor(value)
      assert.equal(cborSize(value), bytes.length)
      assert.deepEqual(read(bytes), value)
    }),
  )
})

test('maps, tags, floats, booleans, undefined, big integers and loose encodings are refused', () => {
  const refused = [
    encode({ a: 1 }),
    encode(1.5),
    encode(true),
    Uint8Array.of(0xd8, 0x2a, 0x41, 0x00),
    Uint8Array.of(0xf7),
    Uint8Array.of(0x18, 0x01),
    Uint8Array.of(0x9f, 0x01, 0xff),
    Uint8Array.of(0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0),
    concatBytes(encode(1), encode(2)),
    new Uint8Array(0),
  ]
  for (const bytes of refused) assert.throws(() => read(bytes), { code: 'HEAD_INVALID' })
  const big = Uint8Array.of(0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
  assert.throws(() => readCbor(big, problem, (value) => asInteger(value)), { code: 'HEAD_INVALID' })
})

test('a number that is not a safe integer is not written', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, -Infinity]) {
    assert.throws(() => encodeCbor([value]), { code: 'REQUEST_INVALID' })
  }
})

test('deep nesting is refused before it is followed', () => {
  const nested = (depth: number) => concatBytes(new Uint8Array(depth).fill(0x81), Uint8Array.of(0x00))
  assert.deepEqual(read(nested(4)), [[[[0]]]])
  assert.throws(() => read(nested(5)), { code: 'HEAD_INVALID' })
  assert.throws(() => read(nested(1_000_000)), { code: 'HEAD_INVALID' })
})

test('random and damaged bytes are a value or the named error', () => {
  const damaged = fc.tuple(aValue().map(encodeCbor), fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = new Uint8Array(bytes)
    copy[at % copy.length] = byte
    return copy.subarray(0, 1 + ((at >> 8) % copy.length))
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged), (bytes) => {
      try {
        read(bytes)
      } catch (error) {
        assert.equal(error instanceof Error && 'code' in error && error.code, 'HEAD_INVALID')
      }
    }),
    { numRuns: 1000 },
  )
})

test('shapes are held to their type and bounds', () => {
  assert.deepEqual(asList([1, 2], 2), [1, 2])
  assert.equal(asInteger(5, 5, 5), 5)
  assert.equal(asText('é', 2), 'é')
  for (const wrong of [
    () => asList(1),
    () => asList([1], 2),
    () => asInteger('1'),
    () => asInteger(-1),
    () => asInteger(6, 0, 5),
    () => asBytes('a', 1),
    () => asBytes(new Uint8Array(3), 4, 5),
    () => asText(1, 5),
    () => asText('é', 1),
    () => asText('\ud800', 9),
    () => asList(undefined),
  ]) {
    assert.throws(wrong)
  }
})
