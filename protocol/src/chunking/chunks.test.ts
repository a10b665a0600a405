import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes, equalBytes } from '../bytes.ts'
import { CHUNK_BYTES } from '../units.ts'
import { chunks } from './chunks.ts'

async function* sourceOf(...buffers: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* buffers
}

/** `length` bytes that differ from place to place, so that a misplaced chunk shows. */
function patterned(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4)).map((_, i) => Math.imul(i, 2654435761))
  return new Uint8Array(words.buffer, 0, length)
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end))
}

test('an empty stream, also one of empty buffers, has no chunks', async () => {
  assert.deepEqual(await Array.fromAsync(chunks(sourceOf())), [])
  assert.deepEqual(await Array.fromAsync(chunks(sourceOf(new Uint8Array(0), new Uint8Array(0)))), [])
})

test('however a stream is cut into buffers its chunks are the same slices of 1 MiB', async () => {
  const edge = fc.constantFrom(0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES)
  const length = fc.oneof(edge, fc.integer({ min: 0, max: 3 * CHUNK_BYTES }))
  const cuts = fc.array(fc.oneof(edge, fc.integer({ min: 0, max: 3 * CHUNK_BYTES })), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(length, cuts, async (bytes, edges) => {
      const whole = patterned(bytes)
      const cut = await Array.fromAsync(chunks(sourceOf(...cutAt(whole, edges))), (chunk) => chunk.slice())
      assert.equal(cut.length, Math.ceil(bytes / CHUNK_BYTES))
      assert.ok(cut.every((chunk, i) => chunk.length === Math.min(CHUNK_BYTES, bytes - i * CHUNK_BYTES)))
      assert.ok(equalBytes(concatBytes(...cut), whole))
    }),
    { numRuns: 40 },
  )
})

test('a source may read into one buffer again and again, and a chunk does not change while it is looked at', async () => {
  const whole = patterned(3 * CHUNK_BYTES + 5)
  const buffer = new Uint8Array(CHUNK_BYTES + 9)
  async function* reusing(): AsyncGenerator<Uint8Array> {
    for (const part of cutAt(whole, [7, 900_000, 1_500_000, 1_500_001, 2_000_000, 2_000_000 + CHUNK_BYTES])) {
      buffer.fill(0)
      buffer.set(part)
      yield buffer.subarray(0, part.length)
    }
  }
  let at = 0
  for await (const chunk of chunks(reusing())) {
    assert.ok(equalBytes(chunk, whole.subarray(at, at + chunk.length)))
    at += chunk.length
  }
  assert.equal(at, whole.length)
})

test('whole chunks of a buffer are views of it, not copies', async () => {
  const buffer = patterned(2 * CHUNK_BYTES)
  for await (const chunk of chunks(sourceOf(buffer))) assert.equal(chunk.buffer, buffer.buffer)
})

test('an error of the source reaches the consumer and no short chunk is made up', async () => {
  const seen: number[] = []
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield patterned(CHUNK_BYTES + 3)
    throw new Error('disk gone')
  }
  const consume = async () => {
    for await (const chunk of chunks(failing())) seen.push(chunk.length)
  }
  await assert.rejects(consume, /disk gone/)
  assert.deepEqual(seen, [CHUNK_BYTES])
})

test('a consumer that stops early closes the source', async () => {
  let closed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield patterned(CHUNK_BYTES)
    } finally {
      closed = true
    }
  }
  for await (const _ of chunks(endless())) break
  assert.ok(closed)
})
