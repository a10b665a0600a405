import { setTimeout as delay } from 'node:timers/promises'
import { isStorgoError } from '@storgo/protocol'
import { lockName } from '../slots/slot-services.ts'
import type { SectorRef, SlotRef } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CatchUpServices } from './catch-up.ts'
import type { FindCoSlots } from './co-slots.ts'
import { healSector } from './heal-sector.ts'
import { KeyedTasks } from './keyed-tasks.ts'
import { type Looked, lookAfterSlot } from './look-after-slot.ts'

/** Slots looked after at a time, and how many more may be in line. */
const CONCURRENCY = 4
const MAX_WAITING = 10_000
/** Corrupt sectors remembered; a later scrub finds the others again. */
const MAX_CORRUPT = 10_000
/** Nothing that a watcher does takes longer than this at one go. */
const TASK_MS = 6 * 3_600_000

export type WatcherOptions = {
  services: CatchUpServices
  findCoSlots: FindCoSlots
  /** The slots to look after. */
  heldSlots: (signal: AbortSignal) => Promise<readonly SlotRef[]>
  /** Between two looks at a slot, on average. */
  intervalMs: number
  /** 0 … 1, so that providers do not keep step. */
  random: () => number
  logger: Logger
  metrics: Metrics
}

/**
 * Looks after the slots of this provider without their owners: asks the co-slots of each in turn, finds certificates, catches
 * up with what was missed, and heals corrupt sectors.
 */
export class Watcher implements AsyncDisposable {
  readonly #options: WatcherOptions
  readonly #tasks = new KeyedTasks({ concurrency: CONCURRENCY, maxWaiting: MAX_WAITING })
  readonly #corrupt = new Map<string, SectorRef>()
  /** What last went wrong with a slot: the same again is no news. */
  readonly #troubles = new Map<string, string>()
  readonly #stopping = new AbortController()
  #rounds: Promise<void> | undefined

  constructor(options: WatcherOptions) {
    this.#options = options
  }

  /** Looks at every slot soon, and from then on once an interval. */
  start(): void {
    this.#rounds ??= this.#run(this.#stopping.signal)
  }

  /** The slot lags behind a certified state: catches up as soon as there is a place. */
  onBehind(ref: SlotRef): void {
    this.#look(ref, { thorough: true })
  }

  /** A sector cannot be read: heals it as soon as there is a place, and tries again at every look at its slot. */
  onCorrupt(place: SectorRef): void {
    if (this.#corrupt.size >= MAX_CORRUPT) return
    this.#corrupt.set(`${lockName(place.ref)}/${place.sector}`, place)
    this.#heal(place)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The node is stopping.'))
    await Promise.all([this.#rounds, this.#tasks[Symbol.asyncDispose]()])
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { heldSlots, intervalMs, random, logger } = this.#options
    for (let round = 0; !signal.aborted; round++) {
      const refs = await heldSlots(signal).catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ error }, 'reading which slots to look after failed')
        return []
      })
      // At once after a start, which may have been a long time off; later spread over the interval.
      const pauseMs = () => (round === 0 ? 0 : (intervalMs / Math.max(refs.length, 1)) * (0.5 + random()))
      for (const ref of refs) {
        await until(pauseMs(), signal)
        if (signal.aborted) return
        this.#look(ref, { thorough: round === 0 })
        for (const place of this.#corrupt.values()) if (lockName(place.ref) === lockName(ref)) this.#heal(place)
      }
      if (round === 0 || refs.length === 0) await until(intervalMs * (0.5 + random()), signal)
    }
  }

  #look(ref: SlotRef, { thorough }: { thorough: boolean }): void {
    const { services, findCoSlots, random } = this.#options
    this.#start(`look ${lockName(ref)}`, ref, async (signal) => {
      const onTrouble = (slot: number, error: unknown) => this.#tellCoSlot(ref, slot, error)
      const startedMs = performance.now()
      this.#tell(
        ref,
        await lookAfterSlot(ref, { services, findCoSlots, thorough, random, signal, onTrouble }),
        startedMs,
      )
    })
  }

  #heal({ ref, sector }: SectorRef): void {
    const { services, findCoSlots, logger, metrics } = this.#options
    const name = `${lockName(ref)}/${sector}`
    this.#start(`heal ${name}`, ref, async (signal) => {
      const { store } = services
      const coSlots = await findCoSlots(ref, signal)
      const onTrouble = (slot: number, error: unknown) => this.#tellCoSlot(ref, slot, error)
      const healed = await healSector({ store, sector: { ref, sector }, coSlots, signal, onTrouble })
      this.#corrupt.delete(name)
      if (!healed) return
      metrics.healedSectors.inc()
      logger.info({ ...fieldsOf(ref), sector }, 'a corrupt sector was healed')
    })
  }

  #start(key: string, ref: SlotRef, work: (signal: AbortSignal) => Promise<void>): void {
    this.#tasks.start(key, async (stopping) => {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(TASK_MS)])
      try {
        await work(signal)
        this.#troubles.delete(key)
      } catch (error) {
        if (!stopping.aborted) this.#tellFailure(key, ref, error)
      }
    })
  }

  #tell(ref: SlotRef, looked: Looked, startedMs: number): void {
    const { logger, metrics } = this.#options
    if (looked.kind === 'even') return
    const fields = { ...fieldsOf(ref), nonce: String(looked.nonce) }
    if (looked.kind === 'certified') {
      logger.info(fields, 'co-slots certified the state held')
      return
    }
    metrics.catchUps.inc()
    metrics.rebuiltSectors.inc(looked.sectors)
    const durationMs = Math.round(performance.now() - startedMs)
    logger.info({ ...fields, sectors: looked.sectors, durationMs }, 'slot caught up with its co-slots')
  }

  #tellFailure(key: string, ref: SlotRef, error: unknown): void {
    const { logger, metrics } = this.#options
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    metrics.watchFailures.inc({ code })
    const line = { ...fieldsOf(ref), code, error }
    const isNews = this.#troubles.get(key) !== code
    this.#troubles.set(key, code)
    const what = key.startsWith('heal') ? 'healing a sector failed' : 'looking after a slot failed'
    if (isNews) logger.warn(line, `${what}; it will be tried again`)
    else logger.debug(line, what)
  }

  #tellCoSlot(ref: SlotRef, coSlot: number, error: unknown): void {
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    const line = { ...fieldsOf(ref), coSlot, code, error }
    if (code === 'PROOF_INVALID' || code === 'CERTIFICATE_INVALID') this.#options.logger.warn(line, 'a co-slot lies')
    else this.#options.logger.debug(line, 'a co-slot failed')
  }
}

function fieldsOf({ volumeId, slot }: SlotRef): { volumeId: string; slot: number } {
  return { volumeId: String(volumeId), slot }
}

async function until(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
