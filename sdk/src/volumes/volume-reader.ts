import { type ErasureCode, type Extent, isStorgoError, type State, StorgoError } from '@storgo/protocol'
import type { BlockCache } from './block-cache.ts'
import { hedgedRead, silenceOf } from './hedged-read.ts'
import { readLeaves } from './read-leaves.ts'
import { planReads, type SlotRange } from './read-plan.ts'
import { SharedReads } from './shared-reads.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

export type VolumeReaderOptions = {
  record: VolumeRecord
  code: ErasureCode
  health: SlotHealth
  /** The certified state that paths must lead to. */
  state: State
  /** Length of the log in that state, in bytes. */
  tail: number
  /** Shared by the readers of all states of the volume. */
  blocks: BlockCache
  troubles: SlotTroubles
}

/** For reads that others may come to share: they end by the slots' own deadlines. */
const never = new AbortController().signal

/** Reads parts of a volume's log from its slots, verified against one certified state, round slots that fail. */
export class VolumeReader {
  readonly #options: VolumeReaderOptions

  constructor(options: VolumeReaderOptions) {
    this.#options = options
  }

  /** The certified state read from. */
  get state(): State {
    return this.#options.state
  }

  /**
   * The bytes of every extent. Neighbouring extents share requests. `room` gives memory of that many bytes for what has to be put
   * together from several places.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots give a range; `CATALOG_CORRUPT` for one that the
   * volume does not reach to. Rejects with the signal's reason when it aborts.
   */
  async read(
    extents: readonly Extent[],
    signal: AbortSignal,
    room: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
  ): Promise<Uint8Array[]> {
    const { record, tail, blocks } = this.#options
    const { k } = record
    for (const { offset, length } of extents) {
      if (offset + length > tail)
        throw new StorgoError('CATALOG_CORRUPT', 'an extent leaves the log', { offset, length })
    }
    signal.throwIfAborted()
    const readBlock = (range: SlotRange) => this.#readRange(range, this.#shared(never), never)
    const small = extents.map((extent) =>
      blocks.takes(extent, { k, tail }) ? blocks.read(extent, k, readBlock) : undefined,
    )
    const [parts, ...rest] = await Promise.all([
      this.#readPlanned(
        extents.filter((_, i) => !small[i]),
        signal,
        room,
      ),
      ...small,
    ])
    const large = parts.values()
    return rest.map((bytes) => bytes ?? (large.next().value as Uint8Array))
  }

  async #readPlanned(
    extents: readonly Extent[],
    signal: AbortSignal,
    room: (bytes: number) => Uint8Array,
  ): Promise<Uint8Array[]> {
    const { ranges, copies } = planReads(extents, this.#options.record.k)
    const shared = this.#shared(signal)
    const parts = await Promise.all(ranges.map((range) => this.#readRange(range, shared, signal)))
    return extents.map((extent, i) => {
      const only = copies[i]?.length === 1 ? copies[i][0] : undefined
      if (only) return (parts[only.range] as Uint8Array).subarray(only.from, only.from + only.length)
      const bytes = room(extent.length)
      for (const { range, from, to, length } of copies[i] ?? []) {
        bytes.set((parts[range] as Uint8Array).subarray(from, from + length), to)
      }
      return bytes
    })
  }

  #shared(signal: AbortSignal): SharedReads {
    return new SharedReads((range) => this.#readSlot(range, signal))
  }

  #readRange(range: SlotRange, shared: SharedReads, signal: AbortSignal): Promise<Uint8Array> {
    const { code, health, record, troubles } = this.#options
    const onTrouble = (slot: number, error: unknown) => {
      const link = record.links[slot]
      if (isStorgoError(error, 'PROOF_INVALID')) link?.lied()
      if (link) troubles.tell(link, error, 'reading round it')
    }
    const onSlow = (slot: number, silentMs?: number) => {
      const link = record.links[slot]
      if (link) troubles.tell(link, silenceOf(slot, silentMs), 'reading round it')
    }
    const readSlot = (wanted: SlotRange) => shared.read(wanted)
    return hedgedRead(range, { code, health, readSlot, onTrouble, onSlow }, signal)
  }

  async #readSlot(range: SlotRange, signal: AbortSignal): Promise<Uint8Array> {
    const { record, state, health } = this.#options
    const link = record.links[range.slot]
    if (!link) throw new StorgoError('INTERNAL', `the volume has no slot ${range.slot}`, { slot: range.slot })
    return readLeaves({ link, state, n: record.links.length, range }, { signal, timeoutMs: health.deadlineMs() })
  }
}
