import { type ErasureCode, type Extent, type State, StorgoError, verifyPath } from '@storgo/protocol'
import { hedgedRead } from './hedged-read.ts'
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
  troubles: SlotTroubles
}

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
   * The bytes of every extent. Neighbouring extents share requests.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots give a range; `CATALOG_CORRUPT` for one that the
   * volume does not reach to. Rejects with the signal's reason when it aborts.
   */
  async read(extents: readonly Extent[], signal: AbortSignal): Promise<Uint8Array[]> {
    const { record, state } = this.#options
    const { ranges, copies } = planReads(extents, record.k)
    const beyond = ranges.find(({ sector }) => sector >= state.sectors)
    if (beyond) throw new StorgoError('CATALOG_CORRUPT', 'an extent leaves the volume', { sector: beyond.sector })
    const shared = new SharedReads((range) => this.#readSlot(range, signal))
    const parts = await Promise.all(ranges.map((range) => this.#readRange(range, shared, signal)))
    return extents.map((extent, i) => {
      const whole = copies[i]?.length === 1 ? copies[i][0] : undefined
      if (whole) return (parts[whole.range] as Uint8Array).subarray(whole.from, whole.from + whole.length)
      const bytes = new Uint8Array(extent.length)
      for (const { range, from, to, length } of copies[i] ?? []) {
        bytes.set((parts[range] as Uint8Array).subarray(from, from + length), to)
      }
      return bytes
    })
  }

  #readRange(range: SlotRange, shared: SharedReads, signal: AbortSignal): Promise<Uint8Array> {
    const { code, health, record, troubles } = this.#options
    const onTrouble = (slot: number, error: unknown) => {
      const link = record.links[slot]
      if (link) troubles.tell(link, error, 'reading round it')
    }
    const readSlot = (wanted: SlotRange) => shared.read(wanted)
    return hedgedRead(range, { code, health, readSlot, onTrouble }, signal)
  }

  async #readSlot({ slot, sector, offset, length }: SlotRange, signal: AbortSignal): Promise<Uint8Array> {
    const { record, state, health } = this.#options
    const link = record.links[slot]
    if (!link) throw new StorgoError('INTERNAL', `the volume has no slot ${slot}`, { slot })
    const wanted = { nonce: state.nonce, sector, offset, length }
    const { bytes, path } = await link.read(wanted, { signal, timeoutMs: health.deadlineMs() })
    const { root, sectors } = state
    const claim = {
      root,
      sectors,
      n: record.links.length,
      slot,
      sectorIndex: sector,
      firstLeaf: offset / 64,
      bytes,
      path,
    }
    if (bytes.length === length && verifyPath(claim)) return bytes
    throw new StorgoError('PROOF_INVALID', `slot ${slot} answered with bytes that do not lead to the state's root`, {
      slot,
    })
  }
}
