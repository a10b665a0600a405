import { asBytes, asInteger, asList, readShape } from '../cbor/cbor-shape.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { HASH_BYTES, MAX_SECTORS, MAX_SLOTS } from '../units.ts'

/** Key of the catalog's entry that says which stripes the rows of roots are right for. */
export const ROOTS_KEY = Uint8Array.of(0x72)
/** Children of a row: `2 ** ROW_LEVELS`. */
export const ROW_LEVELS = 4
/** Most nodes of one slot in a row. */
export const ROW_NODES = 2 ** ROW_LEVELS

/**
 * Up to where the rows of a catalog can be trusted, without the catalog's own nodes, which are written after them: they
 * cover the first `covered` stripes, but not what was written from stripe `open` on of the region of free stripes that ends
 * before stripe `end`. `open` and `end` are 0 where the log grew at its tail.
 */
export type RootsCover = { covered: number; open: number; end: number }

/**
 * Key of a row: 0x72 ‖ level ‖ index (uint32). Node c of row i of level l is the root of the stripes
 * (16 i + c) · 16^l … in one slot.
 */
export function rootRowKey(level: number, index: number): Uint8Array {
  const key = new Uint8Array(6)
  key.set(ROOTS_KEY)
  key[1] = level
  new DataView(key.buffer).setUint32(2, index)
  return key
}

/** @throws {StorgoError} `REQUEST_INVALID` for what {@link decodeRootsCover} would refuse. */
export function encodeRootsCover({ covered, open, end }: RootsCover): CborValue {
  const value = [covered, open, end]
  readShape({ code: 'REQUEST_INVALID', what: 'entry of the roots' }, () => coverOf(value))
  return value
}

/** @param value `undefined` where the catalog has no entry. @throws {StorgoError} `CATALOG_CORRUPT`. */
export function decodeRootsCover(value: CborValue | undefined): RootsCover {
  if (value === undefined) return { covered: 0, open: 0, end: 0 }
  return readShape({ code: 'CATALOG_CORRUPT', what: 'entry of the roots' }, () => coverOf(value))
}

/**
 * The nodes of a row, slot by slot.
 * @param nodes how many a slot has; absent in a whole row.
 * @returns n arrays of whole nodes. @throws {StorgoError} `CATALOG_CORRUPT`.
 */
export function decodeRootRow(value: CborValue | undefined, n: number): Uint8Array[] {
  return readShape({ code: 'CATALOG_CORRUPT', what: 'row of roots' }, () => {
    if (!Number.isInteger(n) || n < 1 || n > MAX_SLOTS) throw new RangeError(`${n} slots`)
    const bytes = asBytes(value, n * HASH_BYTES, n * ROW_NODES * HASH_BYTES)
    const each = bytes.length / n
    if (!Number.isInteger(each) || each % HASH_BYTES !== 0) throw new RangeError('not whole nodes')
    return Array.from({ length: n }, (_, slot) => bytes.slice(slot * each, (slot + 1) * each))
  })
}

function coverOf(value: CborValue): RootsCover {
  const [covered, open, end] = asList(value, 3)
  const cover = {
    covered: asInteger(covered, 0, MAX_SECTORS),
    open: asInteger(open, 0, MAX_SECTORS),
    end: asInteger(end, 0, MAX_SECTORS),
  }
  if (cover.end === 0 ? cover.open !== 0 : cover.open > cover.end)
    throw new RangeError('a region that ends before it starts')
  if (cover.end > cover.covered) throw new RangeError('a region beyond the log')
  return cover
}
