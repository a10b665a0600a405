import { multiply } from './galois-field.ts'
import { type Kernel, loadKernel } from './kernel.ts'
import type { Matrix } from './matrix.ts'

/**
 * What is worked on at once of each source: copying such blocks in and out of the kernel's memory stays in cache, and fewer
 * of them cost fewer calls. As much as fits that memory for 32 sectors.
 */
const BLOCK_BYTES = 32_256
/** Not a power of two, so that the same place of all blocks does not compete for one set of the cache. */
const STRIDE_BYTES = BLOCK_BYTES + 192
/** The kernel's static data ends below. */
const TABLES_AT = 1024
const TABLES_BYTES = 32
/** Behind the tables of 256 coefficients, the most that k + m ≤ 32 allows. Then the results; all fits the initial memory. */
const SOURCES_AT = TABLES_AT + 256 * TABLES_BYTES

/**
 * Makes rows that are linear combinations of sources.
 *
 * @param sources as many as the matrix has columns, of equal length.
 * @param into arrays of that length for the results; fresh ones unless given (which costs more than the arithmetic).
 * @returns as many rows as the matrix has.
 */
export type Combination = (sources: readonly Uint8Array[], into?: readonly Uint8Array[]) => Uint8Array[]

let shared: Kernel | undefined

/** Prepares the tables of a matrix once, for any number of bytes. */
export function combinationOf(matrix: Matrix, kernel: Kernel = sharedKernel()): Combination {
  const columns = matrix[0]?.length ?? 0
  const tables = new Uint8Array(matrix.length * columns * TABLES_BYTES)
  for (const [i, row] of matrix.entries()) {
    for (const [j, coefficient] of row.entries())
      tables.set(nibbleTables(coefficient), (i * columns + j) * TABLES_BYTES)
  }
  const sum = matrix[0]?.every((coefficient) => coefficient === 1) ?? false
  const memory = new Uint8Array(kernel.memory.buffer)
  const resultsAt = SOURCES_AT + columns * STRIDE_BYTES

  return (sources, into) => {
    if (matrix.length === 0) return []
    const length = sources[0]?.length ?? 0
    const results = matrix.map((_, i) => into?.[i] ?? new Uint8Array(length))
    memory.set(tables, TABLES_AT)
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const end = Math.min(at + BLOCK_BYTES, length)
      for (const [j, source] of sources.entries()) memory.set(source.subarray(at, end), SOURCES_AT + j * STRIDE_BYTES)
      // The kernel takes whole vectors; what it makes of old bytes behind the end is not copied out.
      const rounded = Math.ceil((end - at) / 32) * 32
      kernel.combine(columns, matrix.length, sum, rounded, TABLES_AT, SOURCES_AT, resultsAt, STRIDE_BYTES)
      for (const [i, result] of results.entries()) {
        const from = resultsAt + i * STRIDE_BYTES
        result.set(memory.subarray(from, from + end - at), at)
      }
    }
    return results
  }
}

/** One instance serves all codes: nothing here awaits, so nobody else is half-way through its memory. */
function sharedKernel(): Kernel {
  shared ??= loadKernel()
  return shared
}

/** Products of a coefficient with every low and with every high nibble. */
function nibbleTables(coefficient: number): Uint8Array {
  return Uint8Array.from({ length: TABLES_BYTES }, (_, i) => multiply(coefficient, i < 16 ? i : (i - 16) << 4))
}
