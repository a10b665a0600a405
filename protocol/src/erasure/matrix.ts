import { invert, multiply } from './galois-field.ts'

/** Rows of elements of GF(2^8). */
export type Matrix = readonly Uint8Array[]

/**
 * The m × k coefficients c(i, j) of docs/protocol/types.md section 7: a Cauchy matrix, of which every square part is
 * invertible, scaled so that its first row and column are ones.
 */
export function parityMatrix(k: number, m: number): Matrix {
  const cauchy = (i: number, j: number) => invert((k + i) ^ j)
  return Array.from({ length: m }, (_, i) =>
    Uint8Array.from({ length: k }, (_, j) =>
      multiply(multiply(cauchy(i, j), cauchy(0, 0)), invert(multiply(cauchy(0, j), cauchy(i, 0)))),
    ),
  )
}

export function identityRow(size: number, at: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, j) => (j === at ? 1 : 0))
}

/** A row times a matrix. */
export function multiplyRow(row: Uint8Array, matrix: Matrix): Uint8Array {
  const product = new Uint8Array(matrix[0]?.length ?? 0)
  for (const [j, factor] of row.entries()) addMultiple(product, matrix[j] as Uint8Array, factor)
  return product
}

/** Inverse of a square matrix, by Gauss and Jordan. @throws {RangeError} if it has none. */
export function invertMatrix(matrix: Matrix): Matrix {
  const size = matrix.length
  const left = matrix.map((row) => row.slice())
  const right = matrix.map((_, i) => identityRow(size, i))
  for (let column = 0; column < size; column++) {
    const pivot = left.findIndex((row, i) => i >= column && row[column] !== 0)
    if (pivot < 0) throw new RangeError('the matrix has no inverse')
    for (const side of [left, right]) {
      const [a, b] = [side[column] as Uint8Array, side[pivot] as Uint8Array]
      side[column] = b
      side[pivot] = a
    }
    const scale = invert(left[column]?.[column] as number)
    for (const side of [left, right]) side[column] = (side[column] as Uint8Array).map((value) => multiply(value, scale))
    for (let row = 0; row < size; row++) {
      const factor = left[row]?.[column] as number
      if (row === column || factor === 0) continue
      for (const side of [left, right]) addMultiple(side[row] as Uint8Array, side[column] as Uint8Array, factor)
    }
  }
  return right
}

/** target += factor · row */
function addMultiple(target: Uint8Array, row: Uint8Array, factor: number): void {
  for (const [j, value] of row.entries()) target[j] = (target[j] as number) ^ multiply(factor, value)
}
