// The erasure code by the words of docs/protocol/types.md section 7: one element at a time, shifts instead of tables.

/** Product in GF(2^8) with polynomial 0x11d, by long multiplication. */
export function multiplySlowly(a: number, b: number): number {
  let product = 0
  for (let bit = 0; bit < 8; bit++) {
    if ((b >> bit) & 1) product ^= a << bit
  }
  for (let bit = 14; bit >= 8; bit--) {
    if ((product >> bit) & 1) product ^= 0x11d << (bit - 8)
  }
  return product
}

/** The element whose product with `a` is one, by trying all. */
export function invertSlowly(a: number): number {
  for (let b = 1; b < 256; b++) if (multiplySlowly(a, b) === 1) return b
  throw new RangeError('zero has no inverse')
}

export function coefficientSlowly(k: number, i: number, j: number): number {
  const C = (row: number, column: number) => invertSlowly((k + row) ^ column)
  return multiplySlowly(multiplySlowly(C(i, j), C(0, 0)), invertSlowly(multiplySlowly(C(0, j), C(i, 0))))
}

export function encodeSlowly(data: readonly Uint8Array[], m: number): Uint8Array[] {
  const k = data.length
  return Array.from({ length: m }, (_, i) => {
    const coefficients = data.map((_sector, j) => coefficientSlowly(k, i, j))
    return new Uint8Array(data[0]!.length).map((_zero, at) =>
      data.reduce((sum, sector, j) => sum ^ multiplySlowly(coefficients[j]!, sector[at]!), 0),
    )
  })
}

/** Determinant by cofactors along the first row: for matrices of a few rows. */
export function determinantSlowly(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 0) return 1
  const [first, ...rest] = matrix as [readonly number[], ...(readonly number[])[]]
  return first.reduce((sum, value, column) => {
    const minor = rest.map((row) => row.filter((_, other) => other !== column))
    return sum ^ multiplySlowly(value, determinantSlowly(minor))
  }, 0)
}
