// GF(2^8) with polynomial 0x11d, in which 2 generates every element but zero.
const POLYNOMIAL = 0x11d
const exponentials = new Uint8Array(510)
const logarithms = new Uint8Array(256)

let power = 1
for (let i = 0; i < 255; i++) {
  exponentials[i] = power
  exponentials[i + 255] = power
  logarithms[power] = i
  power <<= 1
  if (power > 255) power ^= POLYNOMIAL
}

/** Product of two elements. */
export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0
  return exponentials[(logarithms[a] as number) + (logarithms[b] as number)] as number
}

/** 1 / a. @throws {RangeError} for zero, which has none. */
export function invert(a: number): number {
  if (a === 0) throw new RangeError('zero has no inverse in GF(2^8)')
  return exponentials[255 - (logarithms[a] as number)] as number
}
