import { type ErasureCode, SECTOR_BYTES } from '@storgo/protocol'

/** Most stripes' memory kept while nobody uses it: about as many stripes as are on their way to the slots at a time. */
const MOST_KEPT = 3

/** Room for the n sectors of a stripe, one after the other, data before parity. */
export type StripeRoom = { bytes: Uint8Array; isZero: boolean }

/**
 * Memory for stripes, used again: what comes fresh from the system costs as much to touch as encryption. What nobody gives
 * back is left to the garbage collector.
 */
export class StripeMemory {
  readonly #roomBytes: number
  readonly #kept: Uint8Array[] = []

  constructor({ k, m }: ErasureCode) {
    this.#roomBytes = (k + m) * SECTOR_BYTES
  }

  /** Room of its own for one stripe; `isZero` says whether it holds what a stripe before it left there. */
  take(): StripeRoom {
    const used = this.#kept.pop()
    return used ? { bytes: used, isZero: false } : { bytes: new Uint8Array(this.#roomBytes), isZero: true }
  }

  /** Takes back room that nobody looks at any more. */
  give({ bytes }: StripeRoom): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(bytes)
  }
}
