import { StorgoError } from '../errors.ts'
import { MAX_SLOTS } from '../units.ts'
import { type Combination, combinationOf } from './combination.ts'
import { identityRow, invertMatrix, type Matrix, multiplyRow, parityMatrix } from './matrix.ts'

/**
 * Reed–Solomon over GF(2^8) with k data and m parity sectors: any k of the n give the rest.
 * docs/protocol/types.md section 7; `erasure-code.reference.ts` is the same, slow and obvious.
 */
export class ErasureCode {
  readonly k: number
  readonly m: number
  /** n × k: the identity above the parity rows. */
  readonly #generator: Matrix
  readonly #encode: Combination
  readonly #patches: readonly Combination[]

  /** @throws {StorgoError} `REQUEST_INVALID` unless k ≥ 1, m ≥ 0 and k + m ≤ `MAX_SLOTS`. */
  static create(k: number, m: number): ErasureCode {
    if (!Number.isInteger(k) || !Number.isInteger(m) || k < 1 || m < 0 || k + m > MAX_SLOTS) {
      throw new StorgoError('REQUEST_INVALID', `no erasure code has ${k} data and ${m} parity sectors`, { k, m })
    }
    return new ErasureCode(k, m)
  }

  private constructor(k: number, m: number) {
    this.k = k
    this.m = m
    const parity = parityMatrix(k, m)
    this.#generator = [...Array.from({ length: k }, (_, j) => identityRow(k, j)), ...parity]
    this.#encode = combinationOf(parity)
    this.#patches = Array.from({ length: k }, (_, j) => combinationOf(parity.map((row) => row.subarray(j, j + 1))))
  }

  /**
   * @param data k arrays of equal length.
   * @param into m arrays of that length to write to; fresh ones unless given.
   * @returns m parity arrays of that length.
   */
  encode(data: readonly Uint8Array[], into?: readonly Uint8Array[]): Uint8Array[] {
    assertShape(data, this.k)
    if (into !== undefined) assertShape(into, this.m, data[0]?.length)
    return this.#encode(data, into)
  }

  /**
   * What new bytes of one data sector change: XOR result i into the same place of parity sector i.
   *
   * @param bytes the XOR of old and new bytes; where nothing was written before, the new bytes.
   * @returns m arrays of the same length.
   */
  parityPatches(dataIndex: number, bytes: Uint8Array): Uint8Array[] {
    const patch = this.#patches[dataIndex]
    if (patch === undefined) throw new StorgoError('INTERNAL', 'no such data sector', { dataIndex })
    return patch([bytes])
  }

  /**
   * @param shares n entries of equal length, data before parity; at least k of them present.
   * @param wanted indices 0 … n−1. One that is present is given back as it is.
   * @returns the wanted arrays, in that order.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` with fewer than k shares.
   */
  reconstruct(shares: readonly (Uint8Array | undefined)[], wanted: readonly number[]): Uint8Array[] {
    const present = [...shares.entries()].filter((entry): entry is [number, Uint8Array] => entry[1] !== undefined)
    if (present.length < this.k) {
      throw new StorgoError('NOT_ENOUGH_SLOTS', `${present.length} sectors of a stripe that needs ${this.k}`)
    }
    // Data comes first: the more of it, the more rows are plain copies.
    const used = present.slice(0, this.k)
    const missing = wanted.filter((index) => shares[index] === undefined)
    const rebuilt = new Map(missing.map((index, i) => [index, i] as const))
    const results = missing.length === 0 ? [] : this.#rebuild(used, missing)
    return wanted.map((index) => shares[index] ?? (results[rebuilt.get(index) as number] as Uint8Array))
  }

  #rebuild(used: readonly [number, Uint8Array][], missing: readonly number[]): Uint8Array[] {
    assertShape(
      used.map(([, bytes]) => bytes),
      this.k,
    )
    const inverse = invertMatrix(used.map(([index]) => this.#row(index)))
    const rows = missing.map((index) => multiplyRow(this.#row(index), inverse))
    return combinationOf(rows)(used.map(([, bytes]) => bytes))
  }

  #row(index: number): Uint8Array {
    const row = this.#generator[index]
    if (row === undefined) throw new StorgoError('INTERNAL', 'no such sector of a stripe', { index })
    return row
  }
}

function assertShape(sectors: readonly Uint8Array[], count: number, length = sectors[0]?.length): void {
  if (sectors.length !== count || sectors.some((sector) => sector.length !== length)) {
    throw new StorgoError('INTERNAL', `erasure coding needs ${count} arrays of equal length`, { count: sectors.length })
  }
}
