import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { combinationOf } from './combination.ts'
import {
  coefficientSlowly,
  determinantSlowly,
  encodeSlowly,
  invertSlowly,
  multiplySlowly,
} from './erasure-code.reference.ts'
import { invert, multiply } from './galois-field.ts'
import { KERNEL_SOURCE_HASH } from './generated/kernel-wasm.ts'
import { loadKernel } from './kernel.ts'
import { parityMatrix } from './matrix.ts'

const SECTORS = Array.from({ length: 5 }, (_, j) =>
  new Uint8Array(20_001).map((_byte, i) => (i * 31 + j * 17) ^ (i >> 8)),
)

test('the relaxed and the plain kernel compute the same', () => {
  const expected = encodeSlowly(SECTORS, 4)
  for (const skipped of [0, 1]) {
    let tried = 0
    const kernel = loadKernel(() => tried++ >= skipped)
    assert.deepEqual(combinationOf(parityMatrix(5, 4), kernel)(SECTORS), expected)
  }
})

test('an engine without SIMD is refused with a clear error', () => {
  assert.throws(() => loadKernel(() => false), { code: 'INTERNAL', message: /SIMD/ })
})

test('the embedded kernel was compiled from the source beside it', async () => {
  const source = await readFile(new URL('kernel.as.ts', import.meta.url))
  assert.equal(
    KERNEL_SOURCE_HASH,
    createHash('sha256').update(source).digest('hex'),
    'run scripts/protocol/build-wasm.ts',
  )
})

test('products and inverses are those of long multiplication', () => {
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) assert.equal(multiply(a, b), multiplySlowly(a, b))
    if (a > 0) assert.equal(invert(a), invertSlowly(a))
  }
  assert.throws(() => invert(0), RangeError)
})

test('the parity matrix is the one specified, with ones in its first row and column', () => {
  for (const [k, m] of [
    [1, 3],
    [4, 2],
    [8, 6],
    [16, 16],
    [31, 1],
  ] as const) {
    for (const [i, row] of parityMatrix(k, m).entries()) {
      for (const [j, coefficient] of row.entries()) {
        assert.equal(coefficient, coefficientSlowly(k, i, j))
        if (i === 0 || j === 0) assert.equal(coefficient, 1)
      }
    }
  }
})

test('every square part of up to four rows of a parity matrix has an inverse', () => {
  const matrix = parityMatrix(5, 4).map((row) => [...row])
  for (let rows = 1; rows < 16; rows++) {
    for (let columns = 1; columns < 32; columns++) {
      const part = matrix.filter((_, i) => (rows >> i) & 1).map((row) => row.filter((_, j) => (columns >> j) & 1))
      if (part.length === part[0]?.length) assert.notEqual(determinantSlowly(part), 0)
    }
  }
})
