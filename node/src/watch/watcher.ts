import { isStorgoError } from '@storgo/protocol'
import { ChangingPause } from '../changing-pause.ts'
import { lockName } from '../slots/slot-services.ts'
import type { SectorRef, SlotRef } from '../store/slot-store.ts'
import { BackOff } from './back-off.ts'
import { type CatchUpServices, catchUp } from './catch-up.ts'
import type { FindCoSlots } from './co-slots.ts'
import { healSector } from './heal-sector.ts'
import { KeyedTasks } from './keyed-tasks.ts'
import { lookAfterSlot } from './look-after-slot.ts'
import type { WatchReport } from './watch-report.ts'

const MAX_WAITING = 10_000
/** Corrupt sectors remembered; a later scrub finds the others again. */
const MAX_CORRUPT = 10_000
/** Longest that each may take: asking is quick; a whole slot may be rebuilt. */
const LOOK_MS = 60_000
const CATCH_UP_MS = 24 * 3_600_000
const HEAL_MS = 300_000
/** A catch-up that moved much for nothing is not repeated before. */
const LEAST_BACK_OFF_MS = 60_000
const MOST_BACK_OFF_MS = 6 * 3_600_000

export type WatcherOptions = {
  services: CatchUpServices
  findCoSlots: FindCoSlots
  /** The slots to look after. */
  heldSlots: (signal: AbortSignal) => Promise<readonly SlotRef[]>
  /** Between two looks at a slot, on average; read anew for each pause. */
  readonly intervalMs: number
  /** 0 … 1, so that providers do not keep step. */
  random: () => number
  nowMs: () => number
  report: WatchReport
}

/**
 * Looks after the slots of this provider without their owners: asks the co-slots of each in turn, finds certificates, catches
 * up with what was missed, and heals corrupt sectors.
 */
export class Watcher implements AsyncDisposable {
  readonly #options: WatcherOptions
  readonly #looks = new KeyedTasks({ concurrency: 4, maxWaiting: MAX_WAITING })
  /** Few: each holds some stripes in memory and reads from k others. */
  readonly #catchUps = new KeyedTasks({ concurrency: 2, maxWaiting: MAX_WAITING })
  readonly #heals = new KeyedTasks({ concurrency: 2, maxWaiting: MAX_CORRUPT })
  readonly #corrupt = new Map<string, SectorRef>()
  readonly #backOff: BackOff
  readonly #pause = new ChangingPause()
  readonly #stopping = new AbortController()
  #rounds: Promise<void> | undefined

  constructor(options: WatcherOptions) {
    this.#options = options
    const { nowMs } = options
    this.#backOff = new BackOff({ leastMs: LEAST_BACK_OFF_MS, mostMs: MOST_BACK_OFF_MS, nowMs })
  }

  /** Looks at every slot soon, and from then on once an interval. */
  start(): void {
    this.#rounds ??= this.#run(this.#stopping.signal)
  }

  /** The slot lags behind a certified state: catches up as soon as there is a place. */
  onBehind(ref: SlotRef): void {
    const { services, findCoSlots, report } = this.#options
    const key = lockName(ref)
    if (!this.#backOff.mayTry(key) || this.#isDiskFull()) return
    this.#start(this.#catchUps, { key, ref, what: 'catching up', timeoutMs: CATCH_UP_MS }, async (signal) => {
      const startedMs = performance.now()
      const coSlots = await findCoSlots(ref, signal)
      try {
        const found = await catchUp({ services, ref, coSlots, signal, onTrouble: this.#onTrouble(ref) })
        if (found) report.caughtUp(ref, found, performance.now() - startedMs)
        this.#backOff.succeeded(key)
      } catch (error) {
        const noCapacity = isStorgoError(error, 'DISK_FULL') && !this.#isDiskFull()
        if (noCapacity || isStorgoError(error, 'STATE_ROOT_MISMATCH')) this.#backOff.failed(key)
        throw error
      }
    })
  }

  /** A sector cannot be read: heals it as soon as there is a place, and tries again at every look at its slot. */
  onCorrupt(place: SectorRef): void {
    if (this.#corrupt.size >= MAX_CORRUPT) return
    this.#corrupt.set(`${lockName(place.ref)}/${place.sector}`, place)
    this.#heal(place)
  }

  /** The interval has another length: the pause that lasts now takes it over. */
  reconsider(): void {
    this.#pause.reconsider()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The node is stopping.'))
    const tasks = [this.#looks, this.#catchUps, this.#heals]
    await Promise.all([this.#rounds, ...tasks.map((some) => some[Symbol.asyncDispose]())])
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { random } = this.#options
    for (let round = 0; !signal.aborted; round++) {
      const refs = await this.#heldSlots(signal)
      // At once after a start, which may have been a long time off; later spread over the interval.
      const share = round === 0 ? 0 : 1 / Math.max(refs.length, 1)
      for (const ref of refs) {
        await this.#wait(share * (0.5 + random()), signal)
        if (signal.aborted) return
        this.#look(ref, { thorough: round === 0 })
        for (const place of this.#corrupt.values()) if (lockName(place.ref) === lockName(ref)) this.#heal(place)
      }
      if (round === 0 || refs.length === 0) await this.#wait(0.5 + random(), signal)
    }
  }

  /** @param intervals how many of them. */
  #wait(intervals: number, signal: AbortSignal): Promise<void> {
    return this.#pause.last(() => this.#options.intervalMs * intervals, signal)
  }

  async #heldSlots(signal: AbortSignal): Promise<readonly SlotRef[]> {
    const { heldSlots, report } = this.#options
    try {
      return await heldSlots(signal)
    } catch (error) {
      report.cannotStart(error)
      return []
    }
  }

  #look(ref: SlotRef, { thorough }: { thorough: boolean }): void {
    const { services, findCoSlots, random, report } = this.#options
    const key = lockName(ref)
    this.#start(this.#looks, { key, ref, what: 'asking co-slots', timeoutMs: LOOK_MS }, async (signal) => {
      const onTrouble = this.#onTrouble(ref)
      const asking = { services, findCoSlots, thorough, random, signal, onTrouble }
      const { certified, behind } = await lookAfterSlot(ref, asking)
      if (certified !== undefined) report.certified(ref, certified)
      if (behind) this.onBehind(ref)
    })
  }

  #heal(place: SectorRef): void {
    const { services, findCoSlots, report } = this.#options
    const { ref, sector } = place
    const key = `${lockName(ref)}/${sector}`
    this.#start(this.#heals, { key, ref, what: 'healing a sector', timeoutMs: HEAL_MS }, async (signal) => {
      const { store } = services
      const coSlots = await findCoSlots(ref, signal)
      const healed = await healSector({ store, sector: place, coSlots, signal, onTrouble: this.#onTrouble(ref) })
      this.#corrupt.delete(key)
      if (healed) report.healed(place)
    })
  }

  /** The store asks again now and then; once there is room, waiting for longer would be of no use. */
  #isDiskFull(): boolean {
    return this.#options.services.store.health().full !== undefined
  }

  #start(
    tasks: KeyedTasks,
    { key, ref, what, timeoutMs }: { key: string; ref: SlotRef; what: string; timeoutMs: number },
    work: (signal: AbortSignal) => Promise<void>,
  ): void {
    const { report, services } = this.#options
    // A disk that takes nothing more makes all of it useless; the node says so itself.
    if (!services.store.health().writable) return
    const name = `${what} ${key}`
    tasks.start(key, async (stopping) => {
      try {
        await work(AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]))
        report.succeeded(name)
      } catch (error) {
        if (!stopping.aborted) report.failed(name, ref, { what, error })
      }
    })
  }

  #onTrouble(ref: SlotRef): (slot: number, error: unknown) => void {
    return (slot, error) => this.#options.report.coSlotFailed(ref, slot, error)
  }
}
