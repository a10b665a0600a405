import {
  type Change,
  type Epoch,
  type ErasureCode,
  type Extent,
  encodeFreeRuns,
  encodeRootsCover,
  FREE_RUNS_KEY,
  type PatchMode,
  ROOTS_KEY,
  SECTOR_BYTES,
  type SectorRun,
  volumeRoot,
} from '@storgo/protocol'
import type { FreeStripes } from './free-stripes.ts'
import { assertRoom, coverOf, isInRegion, type LogRoom, type Region, roomIn } from './log-room.ts'
import { StripeFill } from './stripe-fill.ts'
import { StripeMemory } from './stripe-memory.ts'
import type { StripeRoots } from './stripe-roots.ts'
import { UnsignedExtents } from './unsigned-extents.ts'

/** A change of one sector, as in a slot-write: whole (`replace`, 1 MiB at offset 0), XOR onto what is there, or onto zeros (`fresh`). */
export type SectorPatch = { sector: number; offset: number; bytes: Uint8Array; mode: PatchMode }

/**
 * Takes the changes of one stripe, one list per slot. Resolves when there is room for the next. Calls `done`, then or later,
 * once all slots have the bytes and they may be overwritten; never where a slot failed.
 */
export type SectorSink = (changes: SectorPatch[][], done: () => void) => Promise<void>

/** Numbers of a state that the log decides. */
export type LogRoots = { tail: number; sectors: number; slotRoots: Uint8Array; root: Uint8Array }

export type LogWriterOptions = {
  code: ErasureCode
  /** Bytes in the log that the slots hold. */
  tail: number
  /** Of all stripes that there are, as the slots hold them. Changed in place. */
  roots: StripeRoots
  free: FreeStripes
  /** The free stripes that are being filled, if the log goes on there and not at its tail. */
  region?: Region | undefined
  /** The stripe that the log goes on in, if it is neither empty nor full and not left for others before. */
  fill?: StripeFill | undefined
  /** Reads bytes of the log that the slots hold. */
  read: (extent: Extent) => Promise<Uint8Array>
  /** Sectors per slot that the volume pays for. */
  billedSectors: number
}

/**
 * Appends bytes to a volume's log: fills free stripes first and then the tail, computes parity and roots, and hands each
 * slot's changes to a sink. Nothing that is appended crosses from one region of free stripes into another place.
 * A full new stripe goes as whole sectors; a stripe of which the slots hold a part goes as XOR patches.
 * Not safe to share: one append at a time. After a failure it is of no use any more.
 */
export class LogWriter {
  readonly free: FreeStripes
  readonly billedSectors: number
  readonly #options: LogWriterOptions
  readonly #stripeBytes: number
  readonly #memory: StripeMemory
  readonly #unsigned = new UnsignedExtents()
  readonly #freed: SectorRun[] = []
  #tail: number
  #region: Region | undefined
  #fill: StripeFill | undefined
  /** The tail's stripe while free stripes are filled, if it is not full and was read already. */
  #tailFill: StripeFill | undefined
  #mayUseReserve = false

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.free = options.free
    this.billedSectors = options.billedSectors
    this.#stripeBytes = options.code.k * SECTOR_BYTES
    this.#memory = new StripeMemory(options.code)
    this.#tail = options.tail
    this.#region = options.region
    this.#fill = options.fill
  }

  /** Length of the log so far, in bytes. */
  get tail(): number {
    return this.#tail
  }

  /** What was appended since the last state. */
  get unsigned(): UnsignedExtents {
    return this.#unsigned
  }

  /** Runs of stripes that the next state frees. */
  get freed(): readonly SectorRun[] {
    return this.#freed
  }

  /** Bytes that can still be appended, reserve included. */
  get roomBytes(): number {
    return roomIn(this.#room)
  }

  /** Whether a stripe is being filled, so that it cannot be freed: the tail's, or one of the region. */
  isInUse(stripe: number): boolean {
    return this.#isInRegion(stripe) || stripe >= Math.floor(this.#tail / this.#stripeBytes)
  }

  /** Whether what lies there stays there unless it is freed: not in stripes that are free, or that are being used again. */
  keeps({ offset, length }: Extent): boolean {
    const [first, last] = [offset, offset + length - 1].map((at) => Math.floor(at / this.#stripeBytes))
    for (let stripe = first as number; stripe <= (last as number); stripe++) {
      if (this.free.has(stripe) || this.#isInRegion(stripe)) return false
    }
    return true
  }

  /** Lets what makes room (taking files out, moving what lives) use the room that is kept back for it, up to the next state. */
  useReserve(use = true): void {
    this.#mayUseReserve = use
  }

  /** @throws {StorgoError} `VOLUME_FULL` when the volume has no room for that many bytes; nothing is appended then. */
  async append(bytes: Uint8Array, sink: SectorSink): Promise<Extent> {
    assertRoom(bytes.length, this.#room, { mayUseReserve: this.#mayUseReserve })
    await this.#goWhere(bytes.length, sink)
    const extent = { offset: this.#region?.position ?? this.#tail, length: bytes.length }
    this.#unsigned.add(extent)
    for (let at = 0; at < bytes.length; ) {
      this.#fill ??= this.#nextStripe()
      const taken = this.#fill.append(bytes.subarray(at))
      at += taken
      if (this.#region) this.#region.position += taken
      else this.#tail += taken
      if (this.#fill.isFull) await this.#leave(sink)
    }
    return extent
  }

  /**
   * What the catalog keeps of the log: to be written with the changes that the next state makes, before its nodes. It does
   * not cover the stripes that those nodes go to.
   */
  entries(): Change[] {
    return [
      { key: ROOTS_KEY, value: encodeRootsCover(coverOf(this.#room, this.#options.roots.stripes)) },
      { key: FREE_RUNS_KEY, value: encodeFreeRuns(this.free.runs) },
      ...this.#options.roots.changes(),
    ]
  }

  /** Frees stripes in which nothing lives any more, with the next state, which has this `nonce`. @returns how many. */
  addFree(runs: readonly SectorRun[], state: { nonce: bigint; epoch: Epoch }): number {
    const added = this.free.add(runs, state)
    this.#freed.push(...added)
    return added.reduce((sum, { count }) => sum + count, 0)
  }

  /** Undoes {@link addFree}: the state `nonce` was not made. */
  takeBackFree(nonce: bigint): void {
    this.free.takeBack(nonce)
    this.#freed.length = 0
  }

  /** Sends what the slots lack of the stripe being filled and computes the roots of the log as it is now. */
  async flush(sink: SectorSink): Promise<LogRoots> {
    const fill = this.#fill
    if (fill?.isUnsent) {
      const { roots, changes } = fill.encode()
      await this.#options.roots.set(fill.stripe, roots, false)
      await sink(changes, () => {})
    }
    const sectors = Math.ceil(this.#tail / this.#stripeBytes)
    const slotRoots = await this.#options.roots.slotRoots()
    return { tail: this.#tail, sectors, slotRoots, root: volumeRoot(slotRoots, sectors) }
  }

  /** What was appended and freed so far is part of a certified state. */
  signed(): void {
    this.#unsigned.clear()
    this.#freed.length = 0
    this.#mayUseReserve = false
    this.#options.roots.forget(this.#fill ? [this.#fill.stripe] : [])
  }

  #isInRegion(stripe: number): boolean {
    return isInRegion(this.#room, stripe)
  }

  get #room(): LogRoom {
    const capacity = this.billedSectors * this.#stripeBytes
    return { capacity, tail: this.#tail, stripeBytes: this.#stripeBytes, region: this.#region, free: this.free }
  }

  /** Goes on to the next place if `length` bytes do not fit where the log is; back to free stripes as soon as there are some. */
  async #goWhere(length: number, sink: SectorSink): Promise<void> {
    for (;;) {
      if (this.#region && this.#region.end - this.#region.position >= length) return
      const run = this.free.take()
      if (run || this.#region) await this.#leave(sink)
      this.#leaveRegion()
      if (!run) {
        this.#fill ??= await this.#backToTail()
        return
      }
      const position = run.first * this.#stripeBytes
      this.#region = { position, end: position + run.count * this.#stripeBytes }
    }
  }

  /** Stripes of a region that nothing was written to stay free. */
  #leaveRegion(): void {
    if (!this.#region) return
    const first = Math.ceil(this.#region.position / this.#stripeBytes)
    const count = this.#region.end / this.#stripeBytes - first
    if (count > 0) this.free.giveBack({ first, count })
    this.#region = undefined
  }

  /** Sends what the slots lack of a stripe that will stay as it is, at least for now. */
  async #leave(sink: SectorSink): Promise<void> {
    const fill = this.#fill
    if (!fill) return
    this.#fill = undefined
    if (!this.#region && !fill.isFull) this.#tailFill = fill
    const { isUnsent } = fill
    const { roots, changes, spare } = fill.encode()
    await this.#options.roots.set(fill.stripe, roots, true)
    if (isUnsent) await sink(changes, () => spare && this.#memory.give(spare))
  }

  #nextStripe(): StripeFill {
    const stripe = Math.floor((this.#region?.position ?? this.#tail) / this.#stripeBytes)
    const { code } = this.#options
    return new StripeFill({ code, stripe, room: this.#memory.take(), filled: 0, reused: this.#region !== undefined })
  }

  /** The stripe of the tail, unless that is full. */
  async #backToTail(): Promise<StripeFill | undefined> {
    const filled = this.#tail % this.#stripeBytes
    if (filled === 0) return undefined
    const known = this.#tailFill
    this.#tailFill = undefined
    if (known) return known
    const { code, read } = this.#options
    const stripe = Math.floor(this.#tail / this.#stripeBytes)
    const room = this.#memory.take()
    room.bytes.set(await read({ offset: stripe * this.#stripeBytes, length: filled }))
    return new StripeFill({ code, stripe, room, filled, reused: false })
  }
}
