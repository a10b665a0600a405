import { type ErasureCode, SECTOR_BYTES, SECTOR_DEPTH, sectorRoot, zeroRoot } from '@storgo/protocol'
import type { SectorPatch } from './log-writer.ts'
import { changeInParity, changeInSlot } from './stripe-changes.ts'

export type StripeFillOptions = {
  code: ErasureCode
  stripe: number
  /** The stripe's data sectors, one after the other; zeros from `filled` on. Changed in place. */
  bytes: Uint8Array
  /** Bytes of it that the slots hold. */
  filled: number
  /** Whether the slots still hold something else there: the stripe was freed. */
  reused: boolean
}

/** A stripe that is being filled from its start on, and what the slots lack of it. */
export class StripeFill {
  readonly stripe: number
  readonly #code: ErasureCode
  readonly #bytes: Uint8Array
  readonly #reused: boolean
  #filled: number
  #sent: number

  constructor({ code, stripe, bytes, filled, reused }: StripeFillOptions) {
    this.stripe = stripe
    this.#code = code
    this.#bytes = bytes
    this.#reused = reused
    this.#filled = filled
    this.#sent = filled
  }

  /** A stripe with nothing in it. */
  static empty(code: ErasureCode, stripe: number, { reused }: { reused: boolean }): StripeFill {
    return new StripeFill({ code, stripe, bytes: new Uint8Array(code.k * SECTOR_BYTES), filled: 0, reused })
  }

  get isFull(): boolean {
    return this.#filled === this.#bytes.length
  }

  /** Whether the slots lack something. */
  get isUnsent(): boolean {
    return this.#filled > this.#sent
  }

  /** Adds as much of `bytes` as there is room for. @returns how much. */
  append(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#bytes.length - this.#filled)
    this.#bytes.set(part, this.#filled)
    this.#filled += part.length
    return part.length
  }

  /** All n roots as filled so far, and what the slots lack, which counts as sent from now on. Changes are views of the stripe. */
  encode(): { roots: Uint8Array[]; changes: SectorPatch[][] } {
    const data = this.#dataOf(this.#bytes)
    const parity = this.#code.encode(data)
    const roots = [...data, ...parity].map((sector, slot) => this.#rootOf(sector, slot))
    const changes = this.#changes(data, parity)
    this.#sent = this.#filled
    return { roots, changes }
  }

  #changes(data: readonly Uint8Array[], parity: readonly Uint8Array[]): SectorPatch[][] {
    const { k, m } = this.#code
    if (this.#sent === 0 && this.isFull) {
      return [...data, ...parity].map((bytes) => [{ sector: this.stripe, offset: 0, bytes, mode: 'replace' }])
    }
    const change = this.#sent === 0 ? parity : this.#parityOfUnsent()
    return Array.from({ length: k + m }, (_, slot) => {
      const inSlot =
        slot < k ? [changeInSlot(slot, this.#sent, this.#filled)] : changeInParity(this.#sent, this.#filled)
      const source = slot < k ? data[slot] : change[slot - k]
      const patches = inSlot.flatMap((range): SectorPatch[] => {
        if (range === undefined || source === undefined) return []
        const bytes = source.subarray(range.offset, range.offset + range.length)
        return [{ sector: this.stripe, offset: range.offset, bytes, mode: 'xor' }]
      })
      return this.#reused && this.#sent === 0 ? this.#fresh(patches) : patches
    })
  }

  /** The first change of a reused stripe makes every slot start from zeros, also one that gets no bytes yet. */
  #fresh([first, ...rest]: readonly SectorPatch[]): SectorPatch[] {
    const start = first ?? { sector: this.stripe, offset: 0, bytes: new Uint8Array(0) }
    return [{ ...start, mode: 'fresh' }, ...rest]
  }

  /** The code is linear: the change of the parity is the parity of the change. */
  #parityOfUnsent(): Uint8Array[] {
    const unsent = this.#bytes.slice()
    unsent.fill(0, 0, this.#sent)
    return this.#code.encode(this.#dataOf(unsent))
  }

  #rootOf(sector: Uint8Array, slot: number): Uint8Array {
    const untouched = slot < this.#code.k && this.#filled <= slot * SECTOR_BYTES
    return untouched ? zeroRoot(SECTOR_DEPTH) : sectorRoot(sector)
  }

  #dataOf(stripe: Uint8Array): Uint8Array[] {
    return Array.from({ length: this.#code.k }, (_, i) => stripe.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
  }
}
