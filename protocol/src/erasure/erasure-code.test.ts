import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_SLOTS } from '../units.ts'
import { encodeSlowly } from './erasure-code.reference.ts'
import { ErasureCode } from './erasure-code.ts'

const LENGTHS = [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 100]
const sectorsOf = (count: number, length: number, seed: number) =>
  Array.from({ length: count }, (_, j) =>
    new Uint8Array(length).map((_byte, i) => Math.imul(i + 1 + j * 7919 + seed * 104_729, 0x9e3779b1) >>> 24),
  )

/** Every choice of `size` of the numbers below `n`. */
function* choices(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield []
  else
    for (let first = from; first <= n - size; first++)
      for (const rest of choices(n, size - 1, first + 1)) yield [first, ...rest]
}

const without = <Value>(values: readonly Value[], lost: readonly number[]) =>
  values.map((value, i) => (lost.includes(i) ? undefined : value))

test('encode gives the parity of the slow code for every small k and m and every length', () => {
  for (let k = 1; k <= 6; k++) {
    for (let m = 0; m <= 6; m++) {
      const code = ErasureCode.create(k, m)
      for (const length of LENGTHS) {
        const data = sectorsOf(k, length, k * m)
        assert.deepEqual(code.encode(data), encodeSlowly(data, m), `${k}+${m}, ${length} bytes`)
      }
    }
  }
})

test('encode gives the parity of the slow code for any k + m ≤ 32 and across blocks', () => {
  const shape = fc
    .record({ k: fc.integer({ min: 1, max: MAX_SLOTS }), parity: fc.nat(), length: fc.nat(500), seed: fc.nat() })
    .map(({ k, parity, length, seed }) => ({ k, m: parity % (MAX_SLOTS - k + 1), length, seed }))
  fc.assert(
    fc.property(shape, ({ k, m, length, seed }) => {
      const data = sectorsOf(k, length, seed)
      assert.deepEqual(ErasureCode.create(k, m).encode(data), encodeSlowly(data, m))
    }),
    { numRuns: 60, examples: [[{ k: 16, m: 16, length: 70, seed: 1 }], [{ k: 1, m: 31, length: 70, seed: 1 }]] },
  )
  for (const length of [16_383, 16_384, 16_385, 40_001]) {
    const data = sectorsOf(3, length, length)
    assert.deepEqual(ErasureCode.create(3, 2).encode(data), encodeSlowly(data, 2), `${length} bytes`)
  }
})

test('parity 0 is the XOR of the data, and one data sector is plainly replicated', () => {
  const data = sectorsOf(5, 100, 1)
  const sum = data.reduce((total, sector) => total.map((byte, i) => byte ^ sector[i]!))
  assert.deepEqual(ErasureCode.create(5, 3).encode(data)[0], sum)
  const [only] = sectorsOf(1, 100, 2) as [Uint8Array]
  assert.deepEqual(ErasureCode.create(1, 4).encode([only]), [only, only, only, only])
})

test('every loss of up to m sectors is rebuilt, for every n up to 8', () => {
  for (let n = 1; n <= 8; n++) {
    for (let k = 1; k <= n; k++) {
      const code = ErasureCode.create(k, n - k)
      const data = sectorsOf(k, 65, n * k)
      const all = [...data, ...code.encode(data)]
      for (let losses = 0; losses <= n - k; losses++) {
        for (const lost of choices(n, losses)) {
          const everything = Array.from({ length: n }, (_, i) => i)
          assert.deepEqual(code.reconstruct(without(all, lost), everything), all, `${k}+${n - k} without ${lost}`)
        }
      }
    }
  }
})

test('any k of n sectors rebuild any others, in the order they are asked for', () => {
  const aCase = fc
    .record({
      k: fc.integer({ min: 1, max: 31 }),
      parity: fc.nat(),
      length: fc.constantFrom(...LENGTHS, 16_400),
      seed: fc.nat(),
    })
    .map(({ k, parity, length, seed }) => ({ k, m: 1 + (parity % (MAX_SLOTS - k)), length, seed }))
    .chain(({ k, m, length, seed }) =>
      fc.record({
        k: fc.constant(k),
        m: fc.constant(m),
        data: fc.constant(sectorsOf(k, length, seed)),
        lost: fc.subarray([...Array(k + m).keys()], { maxLength: m }),
        wanted: fc.shuffledSubarray([...Array(k + m).keys()]),
      }),
    )
  fc.assert(
    fc.property(aCase, ({ k, m, data, lost, wanted }) => {
      const code = ErasureCode.create(k, m)
      const all = [...data, ...code.encode(data)]
      assert.deepEqual(
        code.reconstruct(without(all, lost), wanted),
        wanted.map((i) => all[i]),
      )
    }),
    { numRuns: 80 },
  )
})

test('a sector that is there is given back without a copy', () => {
  const code = ErasureCode.create(2, 1)
  const [a, b] = sectorsOf(2, 10, 1) as [Uint8Array, Uint8Array]
  assert.equal(code.reconstruct([a, b, undefined], [1])[0], b)
})

test('with fewer than k sectors nothing is rebuilt, by name', () => {
  const code = ErasureCode.create(4, 2)
  const [a, b, c] = sectorsOf(3, 10, 1)
  assert.throws(() => code.reconstruct([a, b, c, undefined, undefined, undefined], [3]), { code: 'NOT_ENOUGH_SLOTS' })
})

test('patches of one data sector turn the old parity into the new, at any offset', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.nat(6),
      fc.nat(),
      fc.nat(150),
      fc.nat(150),
      (k, m, which, from, length) => {
        const code = ErasureCode.create(k, m)
        const [index, to] = [which % k, Math.min(from + length, 200)]
        const before = sectorsOf(k, 200, 1)
        const after = before.map((sector) => sector.slice())
        const change = sectorsOf(1, Math.max(0, to - from), 2)[0]!
        for (const [i, byte] of change.entries()) after[index]![from + i]! ^= byte
        const patched = code.encode(before)
        for (const [i, patch] of code.parityPatches(index, change).entries()) {
          for (const [at, byte] of patch.entries()) patched[i]![from + at]! ^= byte
        }
        assert.deepEqual(patched, code.encode(after))
      },
    ),
  )
})

test('parity goes into the arrays that the caller gives', () => {
  const code = ErasureCode.create(3, 2)
  const data = sectorsOf(3, 20_000, 5)
  const into = sectorsOf(2, 20_000, 6)
  const parity = code.encode(data, into)
  assert.equal(parity[0], into[0])
  assert.equal(parity[1], into[1])
  assert.deepEqual(into, code.encode(data))
})

test('shapes that no code has are refused', () => {
  for (const [k, m] of [
    [0, 1],
    [1, -1],
    [17, 16],
    [33, 0],
    [1.5, 2],
    [2, Number.NaN],
  ] as const) {
    assert.throws(() => ErasureCode.create(k, m), { code: 'REQUEST_INVALID' })
  }
  const code = ErasureCode.create(2, 1)
  const [a, b] = [new Uint8Array(5), new Uint8Array(6)]
  assert.throws(() => code.encode([a]), { code: 'INTERNAL' })
  assert.throws(() => code.encode([a, b]), { code: 'INTERNAL' })
  assert.throws(() => code.encode([a, a], [b]), { code: 'INTERNAL' })
  assert.throws(() => code.encode([a, a], []), { code: 'INTERNAL' })
  assert.throws(() => code.reconstruct([undefined, a, b], [0]), { code: 'INTERNAL' })
  assert.throws(() => code.reconstruct([undefined, a, a], [3]), { code: 'INTERNAL' })
  assert.throws(() => code.parityPatches(2, a), { code: 'INTERNAL' })
})
