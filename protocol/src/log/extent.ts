import { StorgoError } from '../errors.ts'
import { MAX_SECTORS, MAX_SLOTS, SECTOR_BYTES } from '../units.ts'

/** A run of bytes of the log. `offset` and `length` are bytes, safe integers ≥ 0. */
export type Extent = { offset: number; length: number }

/** A run of bytes inside one data sector: sector number `stripe` of slot `slot`; `offset + length <= SECTOR_BYTES`. */
export type SectorRange = { stripe: number; slot: number; offset: number; length: number }

/**
 * Where the log keeps `extent` in a volume with `k` data slots: the sector ranges in log order, their lengths adding up
 * to the extent's. Spec: docs/protocol/types.md, section 8.
 *
 * @throws {StorgoError} `REQUEST_INVALID` if the extent leaves the longest log that `k` slots can hold.
 */
export function locate({ offset, length }: Extent, k: number): SectorRange[] {
  assertDataSlots(k)
  if (!isSize(offset) || !isSize(length) || offset + length > maxLogBytes(k)) {
    throw new StorgoError('REQUEST_INVALID', 'the extent leaves the log', { offset, length, k })
  }
  const ranges: SectorRange[] = []
  for (let at = offset; at < offset + length; ) {
    const sector = Math.floor(at / SECTOR_BYTES)
    const within = at % SECTOR_BYTES
    const taken = Math.min(SECTOR_BYTES - within, offset + length - at)
    ranges.push({ stripe: Math.floor(sector / k), slot: sector % k, offset: within, length: taken })
    at += taken
  }
  return ranges
}

/**
 * Sectors per slot of a log of `tail` bytes (`state.sectors`).
 *
 * @throws {StorgoError} `REQUEST_INVALID` if no slot can have so many.
 */
export function sectorsFor(tail: number, k: number): number {
  assertDataSlots(k)
  if (!isSize(tail) || tail > maxLogBytes(k)) throw new StorgoError('REQUEST_INVALID', 'no log is so long', { tail, k })
  return Math.ceil(tail / (k * SECTOR_BYTES))
}

/** Longest log of a volume with `k` data slots, below 2^53. */
function maxLogBytes(k: number): number {
  return MAX_SECTORS * k * SECTOR_BYTES
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function assertDataSlots(k: number): void {
  if (!Number.isInteger(k) || k < 1 || k > MAX_SLOTS) {
    throw new StorgoError('REQUEST_INVALID', `a volume has 1 to ${MAX_SLOTS} data slots, not ${k}`, { k })
  }
}
