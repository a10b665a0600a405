import { type ErasureCode, SECTOR_BYTES, SECTOR_DEPTH, sectorRoot, zeroRoot } from '@storgo/protocol'
import type { SectorPatch } from './log-writer.ts'
import { changeInParity, changeInSlot } from './stripe-changes.ts'
import type { StripeRoom } from './stripe-memory.ts'

export type StripeFillOptions = {
  code: ErasureCode
  stripe: number
  /** The stripe's data sectors, one after the other. Changed in place. */
  room: StripeRoom
  /** Bytes of it that the slots hold. */
  filled: number
  /** Whether the slots still hold something else there: the stripe was freed. */
  reused: boolean
}

/** A stripe that is being filled from its start on, and what the slots lack of it. */
export class StripeFill {
  readonly stripe: number
  readonly #code: ErasureCode
  /** Data sectors, and behind them room for parity. */
  readonly #room: StripeRoom
  readonly #bytes: Uint8Array
  readonly #reused: boolean
  #isZeroBehind: boolean
  #filled: number
  #sent: number

  constructor({ code, stripe, room, filled, reused }: StripeFillOptions) {
    this.stripe = stripe
    this.#code = code
    this.#room = room
    this.#bytes = room.bytes.subarray(0, code.k * SECTOR_BYTES)
    this.#isZeroBehind = room.isZero
    this.#reused = reused
    this.#filled = filled
    this.#sent = filled
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

  /**
   * All n roots as filled so far, and what the slots lack, which counts as sent from now on. Changes are views of the
   * stripe's room. `spare` is that room where the stripe goes whole: free once the slots have these changes.
   */
  encode(): { roots: Uint8Array[]; changes: SectorPatch[][]; spare: StripeRoom | undefined } {
    const isWhole = this.#sent === 0 && this.isFull
    this.#zeroBehind()
    // What is not filled of the first sector is zero in every other one and in parity, and costs nothing.
    const used = Math.min(this.#filled, SECTOR_BYTES)
    const data = this.#dataOf(this.#bytes).map((sector) => sector.subarray(0, used))
    // Of a stripe that goes in parts, what is on its way must not change when the next part is coded.
    const parity = this.#code.encode(data, isWhole ? this.#roomOfParity() : undefined)
    const roots = [...data, ...parity].map((sector, slot) => this.#rootOf(sector, slot))
    const changes = isWhole ? this.#wholeSectors([...data, ...parity]) : this.#changes(data, parity)
    this.#sent = this.#filled
    return { roots, changes, spare: isWhole ? this.#room : undefined }
  }

  /** What the room's last user left behind the bytes of this stripe. */
  #zeroBehind(): void {
    if (!this.#isZeroBehind) this.#bytes.fill(0, this.#filled)
    this.#isZeroBehind = true
  }

  #wholeSectors(sectors: readonly Uint8Array[]): SectorPatch[][] {
    return sectors.map((bytes) => [{ sector: this.stripe, offset: 0, bytes, mode: 'replace' }])
  }

  #changes(data: readonly Uint8Array[], parity: readonly Uint8Array[]): SectorPatch[][] {
    const { k, m } = this.#code
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

  #roomOfParity(): Uint8Array[] {
    const { k, m } = this.#code
    return Array.from({ length: m }, (_, i) =>
      this.#room.bytes.subarray((k + i) * SECTOR_BYTES, (k + i + 1) * SECTOR_BYTES),
    )
  }

  #dataOf(stripe: Uint8Array): Uint8Array[] {
    return Array.from({ length: this.#code.k }, (_, i) => stripe.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
  }
}
