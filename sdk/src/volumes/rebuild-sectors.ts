import { type ErasureCode, isStorgoError, SECTOR_BYTES, type State } from '@storgo/protocol'
import { pause } from '../chain/pause.ts'
import { hedgedRead, silenceOf } from './hedged-read.ts'
import { mapAhead } from './map-ahead.ts'
import { readLeaves } from './read-leaves.ts'
import type { SlotRange } from './read-plan.ts'
import { SlotHealth } from './slot-health.ts'
import type { SlotLink } from './slot-link.ts'

/** Stripes of which sectors are on their way or wait to be taken: at most so many times n sectors are in memory. */
const STRIPES_AHEAD = 4
/** Waits before a stripe that too few slots gave is asked for again: slots are busy, and connections end. */
const BACKOFF_MS = [250, 1_000]

export type RebuildSectorsOptions = {
  code: ErasureCode
  /** The state whose sectors are wanted. */
  state: State
  /** The slot to work out; it is not asked. */
  slot: number
  /** Links to slots that hold `state`, at least k others than `slot`. */
  links: readonly SlotLink[]
  /** Numbers of sectors of the state. */
  sectors: Iterable<number>
  signal: AbortSignal
  /** Told of a slot that turns slow, fails or lies. */
  onTrouble?: ((slot: number, error: unknown) => void) | undefined
}

export type RebuiltSector = { sector: number; bytes: Uint8Array }

/**
 * A slot's sectors worked out from those of k others, in the given order. Every byte that goes in is verified against the
 * state's root, so the sectors are right if the state's writer coded them right; slots that lie, fail or keep silent are
 * gone round, and remembered for the next stripes.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots give a stripe. Rejects with the signal's reason when it
 * aborts.
 */
export async function* rebuildSectors(options: RebuildSectorsOptions): AsyncGenerator<RebuiltSector, void, undefined> {
  const { sectors, signal } = options
  const stripes = new Stripes(options)
  const stopped = new AbortController()
  const ending = AbortSignal.any([signal, stopped.signal])
  try {
    yield* mapAhead(iterate(sectors, ending), STRIPES_AHEAD, async (sector) => ({
      sector,
      bytes: await stripes.rebuild(sector, ending),
    }))
  } finally {
    stopped.abort(new Error('the consumer wants no more sectors'))
  }
}

async function* iterate(sectors: Iterable<number>, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
  for (const sector of sectors) {
    signal.throwIfAborted()
    yield sector
  }
}

class Stripes {
  readonly #options: RebuildSectorsOptions
  readonly #health = new SlotHealth()
  readonly #links: ReadonlyMap<number, SlotLink>

  constructor(options: RebuildSectorsOptions) {
    this.#options = options
    const { code, slot, links } = options
    this.#links = new Map(links.filter((link) => link.slot !== slot).map((link) => [link.slot, link]))
    this.#health.judgeBy([...this.#links.values()])
    for (let other = 0; other < code.k + code.m; other++) if (!this.#links.has(other)) this.#health.leaveOut(other)
  }

  async rebuild(sector: number, signal: AbortSignal): Promise<Uint8Array> {
    for (const backoffMs of BACKOFF_MS) {
      try {
        return await this.#read(sector, signal)
      } catch (error) {
        if (signal.aborted || !isStorgoError(error, 'NOT_ENOUGH_SLOTS') || this.#health.stale()) throw error
        await pause(backoffMs, signal)
      }
    }
    return this.#read(sector, signal)
  }

  #read(sector: number, signal: AbortSignal): Promise<Uint8Array> {
    const { code, slot, onTrouble = () => {} } = this.#options
    const range = { slot, sector, offset: 0, length: SECTOR_BYTES }
    const readSlot = (wanted: SlotRange) => this.#readSlot(wanted, signal)
    const onSlow = (slow: number, silentMs?: number) => onTrouble(slow, silenceOf(slow, silentMs))
    return hedgedRead(range, { code, health: this.#health, readSlot, onTrouble, onSlow }, signal)
  }

  #readSlot(range: SlotRange, signal: AbortSignal): Promise<Uint8Array> {
    const { code, state } = this.#options
    const link = this.#links.get(range.slot)
    if (!link) throw new RangeError(`there is no link to slot ${range.slot}`)
    const timeoutMs = this.#health.deadlineMs()
    return readLeaves({ link, state, n: code.k + code.m, range }, { signal, timeoutMs })
  }
}
