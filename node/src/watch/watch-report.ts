import { type ErrorCode, isStorgoError } from '@storgo/protocol'
import type { SectorRef, SlotRef } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CaughtUp } from './catch-up.ts'

/** What a co-slot answers when it means harm, or is badly broken. */
const LIES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROOF_INVALID',
  'CERTIFICATE_INVALID',
  'STATE_SIGNATURE_INVALID',
  'STATE_ROOT_MISMATCH',
  'HEAD_INVALID',
])
/** The same lie of the same co-slot is told again after this long. */
const QUIET_MS = 600_000

export type WatchReportOptions = {
  logger: Logger
  metrics: Metrics
  /** Told of every answer of a co-slot that does not verify. */
  onLie?: (coSlot: SlotRef, error: unknown) => void
}

/** Tells what a watcher does: one line and one count an event. What goes wrong in the same way again is told at `debug`. */
export class WatchReport {
  readonly #logger: Logger
  readonly #metrics: Metrics
  readonly #lastFailures = new Map<string, ErrorCode>()
  readonly #toldLies = new Map<string, number>()
  readonly #onLie: WatchReportOptions['onLie']

  constructor({ logger, metrics, onLie }: WatchReportOptions) {
    this.#onLie = onLie
    this.#logger = logger
    this.#metrics = metrics
  }

  certified(ref: SlotRef, nonce: bigint): void {
    this.#logger.info({ ...fieldsOf(ref), nonce: String(nonce) }, 'co-slots certified the state held')
  }

  caughtUp(ref: SlotRef, { nonce, sectors }: CaughtUp, durationMs: number): void {
    this.#metrics.catchUps.inc()
    this.#metrics.rebuiltSectors.inc(sectors)
    const fields = { ...fieldsOf(ref), nonce: String(nonce), sectors, durationMs: Math.round(durationMs) }
    this.#logger.info(fields, 'slot caught up with its co-slots')
  }

  healed({ ref, sector }: SectorRef): void {
    this.#metrics.healedSectors.inc()
    this.#logger.info({ ...fieldsOf(ref), sector }, 'a corrupt sector was healed')
  }

  cannotStart(error: unknown): void {
    this.#logger.warn({ code: codeOf(error), error }, 'the slots to look after are not known; later again')
  }

  succeeded(key: string): void {
    this.#lastFailures.delete(key)
  }

  /** @param what begins a sentence: "catching up", … */
  failed(key: string, ref: SlotRef, { what, error }: { what: string; error: unknown }): void {
    const code = codeOf(error)
    this.#metrics.watchFailures.inc({ code })
    const isNews = this.#lastFailures.get(key) !== code
    this.#lastFailures.set(key, code)
    this.#logger[isNews ? 'warn' : 'debug']({ ...fieldsOf(ref), code, error }, `${what} failed; it will be tried again`)
  }

  coSlotFailed(ref: SlotRef, coSlot: number, error: unknown): void {
    const code = codeOf(error)
    const line = { ...fieldsOf(ref), coSlot, code, error }
    if (LIES.has(code)) this.#onLie?.({ volumeId: ref.volumeId, slot: coSlot }, error)
    const key = `${ref.volumeId}/${coSlot}/${code}`
    const nowMs = performance.now()
    if (!LIES.has(code) || nowMs - (this.#toldLies.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) {
      this.#logger.debug(line, 'a co-slot failed')
      return
    }
    this.#toldLies.set(key, nowMs)
    this.#logger.warn(line, 'a co-slot tells what does not verify')
  }
}

function codeOf(error: unknown): ErrorCode {
  return isStorgoError(error) ? error.code : 'INTERNAL'
}

function fieldsOf({ volumeId, slot }: SlotRef): { volumeId: string; slot: number } {
  return { volumeId: String(volumeId), slot }
}
