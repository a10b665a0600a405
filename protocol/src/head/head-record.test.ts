import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '#platform'
import { encodeCbor } from '../cbor/plain-cbor.ts'
import { isStorgoError } from '../errors.ts'
import type { Envelope } from '../keys/master-key.ts'
import { HEAD_MAX_BYTES } from '../units.ts'
import {
  decodeHead,
  encodeHead,
  type Head,
  headHash,
  MAX_FREED_RUNS_OF_HEAD,
  readEnvelopes,
  readFreed,
  sealHead,
} from './head-record.ts'

const HEAD_KEY = new Uint8Array(32).fill(5)
const NONCE = new Uint8Array(12).fill(6)
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { noNullPrototype: true })
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array))

function anEnvelope(): fc.Arbitrary<Envelope> {
  return record({ kind: fc.constantFrom(0 as const, 1 as const), salt: bytes(32), nonce: bytes(12), sealed: bytes(48) })
}

function aHead(): fc.Arbitrary<Head> {
  const ref = record({ offset: fc.maxSafeNat(), length: fc.integer({ min: 17, max: 32_784 }), key: bytes(32) })
  return record({
    tail: fc.maxSafeNat(),
    root: fc.oneof(fc.constant(null), ref),
    files: fc.maxSafeNat(),
    plainBytes: fc.maxSafeNat(),
    envelopes: fc.array(anEnvelope(), { maxLength: 5 }),
    shares: fc.oneof(fc.constant(null), record({ offset: fc.maxSafeNat(), length: fc.nat(2 ** 31) })),
    freed: fc.uniqueArray(fc.nat(1000), { maxLength: 20 }).map(runsFrom),
  })
}

/** Runs of stripes that begin at these, each up to the next or five long. */
function runsFrom(starts: readonly number[]) {
  const sorted = starts.toSorted((a, b) => a - b)
  return sorted.map((first, i) => ({ first, count: Math.min(5, (sorted[i + 1] ?? first + 5) - first) }))
}

test('a head record gives back what it was made of, and its envelopes and freed stripes without the key', async () => {
  await fc.assert(
    fc.asyncProperty(aHead(), async (head) => {
      const sealed = await encodeHead({ ...head, headKey: HEAD_KEY })
      assert.deepEqual(await decodeHead(sealed, HEAD_KEY), head)
      assert.deepEqual(readEnvelopes(sealed), head.envelopes)
      assert.deepEqual(readFreed(sealed), head.freed)
      assert.deepEqual(headHash(sealed), sha256(sealed))
    }),
  )
})

test('the same head never makes the same record twice', async () => {
  const head = { tail: 1, root: null, files: 0, plainBytes: 0, envelopes: [], headKey: HEAD_KEY }
  const [a, b] = [await encodeHead(head), await encodeHead(head)]
  assert.notDeepEqual(a, b)
  assert.equal((await decodeHead(a, HEAD_KEY)).shares, null)
})

test('a record larger than 4 096 bytes is neither written nor read', async () => {
  const envelope: Envelope = {
    kind: 0,
    salt: new Uint8Array(32),
    nonce: new Uint8Array(12),
    sealed: new Uint8Array(48),
  }
  const head = { tail: 0, root: null, files: 0, plainBytes: 0, headKey: HEAD_KEY }
  const most = await encodeHead({ ...head, envelopes: Array.from({ length: 40 }, () => envelope) })
  assert.ok(most.length <= HEAD_MAX_BYTES && most.length > HEAD_MAX_BYTES - 100)
  const tooMany = encodeHead({ ...head, envelopes: Array.from({ length: 41 }, () => envelope) })
  await assert.rejects(tooMany, { code: 'HEAD_INVALID' })
  await assert.rejects(decodeHead(new Uint8Array(HEAD_MAX_BYTES + 1), HEAD_KEY), { code: 'HEAD_INVALID' })
})

test('numbers and refs that could not be read back are not written', async () => {
  const head = { tail: 1, root: null, files: 0, plainBytes: 0, envelopes: [], headKey: HEAD_KEY }
  const ref = { offset: 0, length: 100, key: new Uint8Array(31) }
  for (const wrong of [{ tail: -1 }, { files: -1 }, { root: ref }, { shares: { offset: 0, length: 2 ** 32 } }]) {
    await assert.rejects(encodeHead({ ...head, ...wrong }), { code: 'HEAD_INVALID' })
  }
  await assert.rejects(encodeHead({ ...head, plainBytes: 0.5 }), { code: 'REQUEST_INVALID' })
})

test('another key, and a record that has not its shape, are HEAD_INVALID', async () => {
  const head: Head = { tail: 1, root: null, files: 0, plainBytes: 0, envelopes: [], shares: null, freed: [] }
  const valid = await sealHead(head, HEAD_KEY, NONCE)
  await assert.rejects(decodeHead(valid, new Uint8Array(32)), { code: 'HEAD_INVALID' })
  const sealed = new Uint8Array(30)
  for (const wrong of [
    [2, NONCE, sealed, [], null],
    [1, NONCE.subarray(1), sealed, [], null],
    [1, NONCE, new Uint8Array(15), [], null],
    [1, NONCE, sealed, null, null],
    [1, NONCE, sealed, [[2, new Uint8Array(32), NONCE, new Uint8Array(48)]], null],
    [1, NONCE, sealed, [[0, new Uint8Array(32), NONCE, new Uint8Array(47)]], null],
    [1, NONCE, sealed, [], [1]],
    [1, NONCE, sealed, []],
    [1, NONCE, sealed, [], null, null],
    [1, NONCE, sealed, [], null, []],
    [1, NONCE, sealed, [], null, [[0, 0]]],
    [
      1,
      NONCE,
      sealed,
      [],
      null,
      [
        [5, 1],
        [3, 1],
      ],
    ],
    [
      1,
      NONCE,
      sealed,
      [],
      null,
      [
        [3, 2],
        [4, 1],
      ],
    ],
    [1, NONCE, sealed, [], null, [[2 ** 28 - 1, 1]]],
    [1, NONCE, sealed, [], null, [[0, 1, 2]]],
    [1, NONCE, sealed, [], null, Array.from({ length: MAX_FREED_RUNS_OF_HEAD + 1 }, (_, i) => [i, 1])],
    [1, NONCE, sealed, [], null, [[0, 1]], null],
  ]) {
    assert.throws(() => readEnvelopes(encodeCbor(wrong)), { code: 'HEAD_INVALID' })
  }
})

test('random and damaged bytes are HEAD_INVALID or, beside the seal, the same head', async () => {
  const valid = await sealHead(
    { tail: 9, root: null, files: 1, plainBytes: 8, envelopes: [], shares: null, freed: [] },
    HEAD_KEY,
    NONCE,
  )
  const damaged = fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => {
    const copy = new Uint8Array(valid)
    copy[at] = byte
    return copy
  })
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (any) => {
      try {
        assert.equal((await decodeHead(any, HEAD_KEY)).tail, 9)
      } catch (error) {
        assert.ok(isStorgoError(error, 'HEAD_INVALID'), String(error))
      }
    }),
    { numRuns: 500 },
  )
})
