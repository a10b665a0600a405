// AssemblyScript: compiled by scripts/protocol/build-wasm.ts into generated/kernel-wasm.ts, once with plain and once
// with relaxed SIMD. Multiplication by a constant of GF(2^8) is linear, so it is one table for the low and one for the
// high nibble of a byte: a swizzle looks up 16 bytes at once. Lengths are multiples of 32; the caller's buffers have
// room for the rounding up.

/** Bytes of the two nibble tables of one coefficient. */
const TABLES_BYTES: u32 = 32

// Indices are nibbles, for which relaxed and plain swizzle agree on every machine.
// @ts-ignore: decorator
@inline
function lookUp(table: v128, nibbles: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, nibbles)
  return i8x16.swizzle(table, nibbles)
}

/** dst = Σ_j src_j */
function addRow(count: u32, length: u32, src: usize, stride: u32, dst: usize): void {
  for (let i: u32 = 0; i < length; i += 32) {
    let s = src + i
    let a = v128.load(s)
    let b = v128.load(s, 16)
    for (let j: u32 = 1; j < count; j++) {
      s += stride
      a = v128.xor(a, v128.load(s))
      b = v128.xor(b, v128.load(s, 16))
    }
    v128.store(dst + i, a)
    v128.store(dst + i, b, 16)
  }
}

/** dst = Σ_j c_j · src_j */
function multiplyRow(count: u32, length: u32, tables: usize, src: usize, stride: u32, dst: usize): void {
  const low = i8x16.splat(15)
  for (let i: u32 = 0; i < length; i += 32) {
    let a = i8x16.splat(0)
    let b = a
    let s = src + i
    let t = tables
    for (let j: u32 = 0; j < count; j++) {
      const x = v128.load(s)
      const y = v128.load(s, 16)
      const lo = v128.load(t)
      const hi = v128.load(t, 16)
      a = v128.xor(a, v128.xor(lookUp(lo, v128.and(x, low)), lookUp(hi, i8x16.shr_u(x, 4))))
      b = v128.xor(b, v128.xor(lookUp(lo, v128.and(y, low)), lookUp(hi, i8x16.shr_u(y, 4))))
      s += stride
      t += TABLES_BYTES
    }
    v128.store(dst + i, a)
    v128.store(dst + i, b, 16)
  }
}

/** Two rows at once: every source byte is loaded and split into nibbles once for both. */
function multiplyTwoRows(count: u32, length: u32, tables: usize, src: usize, stride: u32, dst: usize): void {
  const low = i8x16.splat(15)
  const row = count * TABLES_BYTES
  for (let i: u32 = 0; i < length; i += 32) {
    let a0 = i8x16.splat(0)
    let b0 = a0
    let a1 = a0
    let b1 = a0
    let s = src + i
    let t = tables
    for (let j: u32 = 0; j < count; j++) {
      const x = v128.load(s)
      const y = v128.load(s, 16)
      const xl = v128.and(x, low)
      const xh = i8x16.shr_u(x, 4)
      const yl = v128.and(y, low)
      const yh = i8x16.shr_u(y, 4)
      let lo = v128.load(t)
      let hi = v128.load(t, 16)
      a0 = v128.xor(a0, v128.xor(lookUp(lo, xl), lookUp(hi, xh)))
      b0 = v128.xor(b0, v128.xor(lookUp(lo, yl), lookUp(hi, yh)))
      lo = v128.load(t + row)
      hi = v128.load(t + row, 16)
      a1 = v128.xor(a1, v128.xor(lookUp(lo, xl), lookUp(hi, xh)))
      b1 = v128.xor(b1, v128.xor(lookUp(lo, yl), lookUp(hi, yh)))
      s += stride
      t += TABLES_BYTES
    }
    v128.store(dst + i, a0)
    v128.store(dst + i, b0, 16)
    v128.store(dst + stride + i, a1)
    v128.store(dst + stride + i, b1, 16)
  }
}

/**
 * dst_r = Σ_j c(r, j) · src_j for every row r.
 *
 * @param sum whether the first row's coefficients are all one, so that it is a plain sum
 * @param tables of c(r, j), row by row
 * @param src the sources, `stride` apart
 * @param dst the rows, `stride` apart
 */
export function combine(
  count: u32, rows: u32, sum: bool, length: u32, tables: usize, src: usize, dst: usize, stride: u32,
): void {
  const row = count * TABLES_BYTES
  let r: u32 = 0
  if (sum) {
    addRow(count, length, src, stride, dst)
    r = 1
  }
  for (; r + 1 < rows; r += 2) multiplyTwoRows(count, length, tables + r * row, src, stride, dst + r * stride)
  if (r < rows) multiplyRow(count, length, tables + r * row, src, stride, dst + r * stride)
}
