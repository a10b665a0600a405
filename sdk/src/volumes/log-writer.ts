import {
  concatBytes,
  type ErasureCode,
  type Extent,
  type PatchMode,
  SECTOR_BYTES,
  SECTOR_DEPTH,
  StorgoError,
  sectorRoot,
  volumeRoot,
  zeroRoot,
} from '@storgo/protocol'
import type { SlotFrontier } from './slot-frontier.ts'
import { changeInParity, changeInSlot } from './stripe-changes.ts'

/** A change of one sector, as in a slot-write: whole (`replace`, 1 MiB at offset 0), XOR onto what is there, or onto zeros (`fresh`). */
export type SectorPatch = { sector: number; offset: number; bytes: Uint8Array; mode: PatchMode }

/** Takes the changes of one stripe, one list per slot. Resolves when there is room for the next. */
export type SectorSink = (changes: SectorPatch[][]) => Promise<void>

/** Numbers of a state that the log decides. */
export type LogRoots = { tail: number; sectors: number; slotRoots: Uint8Array; root: Uint8Array }

export type LogWriterOptions = {
  code: ErasureCode
  /** Bytes in the log that the slots hold. */
  tail: number
  /** Data sectors of the stripe that holds the tail, one after the other; zeros from the tail on. k × 1 MiB. */
  tailStripe: Uint8Array
  /** One per slot, over the full stripes before the tail. Changed in place. */
  frontiers: SlotFrontier[]
  /** Sectors per slot that the volume pays for. */
  billedSectors: number
}

/**
 * Appends bytes to a volume's log: fills stripes, computes parity and roots, and hands each slot's changes to a sink.
 * A full new stripe goes as whole sectors; a stripe of which the slots hold a part goes as XOR patches.
 * Not safe to share: one append at a time. After a failure it is of no use any more.
 */
export class LogWriter {
  readonly #code: ErasureCode
  readonly #frontiers: SlotFrontier[]
  readonly #billedSectors: number
  readonly #stripeBytes: number
  #tail: number
  #stripe: Uint8Array
  /** Bytes of the stripe that the slots have been sent. */
  #sent: number

  constructor({ code, tail, tailStripe, frontiers, billedSectors }: LogWriterOptions) {
    this.#code = code
    this.#frontiers = frontiers
    this.#billedSectors = billedSectors
    this.#stripeBytes = code.k * SECTOR_BYTES
    this.#tail = tail
    this.#stripe = tailStripe
    this.#sent = tail % this.#stripeBytes
  }

  /** Length of the log so far, in bytes. */
  get tail(): number {
    return this.#tail
  }

  /** Sectors per slot that it may fill. */
  get billedSectors(): number {
    return this.#billedSectors
  }

  /** The slots' frontiers over the stripes that are full by now. */
  get frontiers(): readonly SlotFrontier[] {
    return this.#frontiers
  }

  /** @throws {StorgoError} `VOLUME_FULL` when the volume does not pay for that many bytes; nothing is appended then. */
  async append(bytes: Uint8Array, sink: SectorSink): Promise<Extent> {
    const extent = { offset: this.#tail, length: bytes.length }
    this.#assertRoom(this.#tail + bytes.length)
    for (let at = 0; at < bytes.length; ) {
      const from = this.#tail % this.#stripeBytes
      const part = bytes.subarray(at, at + this.#stripeBytes - from)
      this.#stripe.set(part, from)
      at += part.length
      this.#tail += part.length
      if (from + part.length === this.#stripeBytes) await this.#finishStripe(sink)
    }
    return extent
  }

  /** Sends what the slots lack of the tail stripe and computes the roots of the log as it is now. */
  async flush(sink: SectorSink): Promise<LogRoots> {
    const inStripe = this.#tail % this.#stripeBytes
    const sectors = Math.ceil(this.#tail / this.#stripeBytes)
    let tailRoots: Uint8Array[] | undefined
    if (inStripe > 0) {
      const { all, changes } = this.#encode(inStripe)
      tailRoots = all.map((sector, slot) => this.#sectorRoot(sector, slot, inStripe))
      if (inStripe > this.#sent) await sink(changes)
      this.#sent = inStripe
    }
    const slotRoots = concatBytes(...this.#frontiers.map((frontier, slot) => rootOf(frontier, tailRoots?.[slot])))
    return { tail: this.#tail, sectors, slotRoots, root: volumeRoot(slotRoots, sectors) }
  }

  async #finishStripe(sink: SectorSink): Promise<void> {
    const { all, changes } = this.#encode(this.#stripeBytes)
    for (const [slot, sector] of all.entries()) this.#frontiers[slot]?.append(sectorRoot(sector))
    // The sectors on their way are views of this stripe, so the next one needs bytes of its own.
    this.#stripe = new Uint8Array(this.#stripeBytes)
    this.#sent = 0
    await sink(changes)
  }

  /** All n sectors of the stripe as filled up to `to`, and what the slots lack of them. */
  #encode(to: number): { all: Uint8Array[]; changes: SectorPatch[][] } {
    const { k, m } = this.#code
    const stripe = Math.ceil(this.#tail / this.#stripeBytes) - 1
    const data = sectorsOf(this.#stripe, k)
    const parity = this.#code.encode(data)
    const all = [...data, ...parity]
    if (this.#sent === 0 && to === this.#stripeBytes) {
      return { all, changes: all.map((bytes) => [{ sector: stripe, offset: 0, bytes, mode: 'replace' }]) }
    }
    const change = this.#sent === 0 ? parity : this.#parityOfUnsent()
    const changes = Array.from({ length: k + m }, (_, slot) => {
      const ranges = slot < k ? [changeInSlot(slot, this.#sent, to)] : changeInParity(this.#sent, to)
      const source = slot < k ? data[slot] : change[slot - k]
      return ranges.flatMap((range) => {
        if (range === undefined || source === undefined) return []
        const bytes = source.subarray(range.offset, range.offset + range.length)
        return [{ sector: stripe, offset: range.offset, bytes, mode: 'xor' as const }]
      })
    })
    return { all, changes }
  }

  /** The code is linear: the change of the parity is the parity of the change. */
  #parityOfUnsent(): Uint8Array[] {
    const unsent = this.#stripe.slice()
    unsent.fill(0, 0, this.#sent)
    return this.#code.encode(sectorsOf(unsent, this.#code.k))
  }

  #sectorRoot(sector: Uint8Array, slot: number, filled: number): Uint8Array {
    const untouched = slot < this.#code.k && filled <= slot * SECTOR_BYTES
    return untouched ? zeroRoot(SECTOR_DEPTH) : sectorRoot(sector)
  }

  #assertRoom(tail: number): void {
    const capacity = this.#billedSectors * this.#stripeBytes
    if (tail <= capacity) return
    throw new StorgoError('VOLUME_FULL', `the volume has room for ${capacity} bytes and would need ${tail}`, {
      capacity,
      needed: tail,
    })
  }
}

function sectorsOf(stripe: Uint8Array, k: number): Uint8Array[] {
  return Array.from({ length: k }, (_, i) => stripe.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
}

function rootOf(frontier: SlotFrontier, tail: Uint8Array | undefined): Uint8Array {
  return frontier.root(tail) ?? new Uint8Array(32)
}
