import {
  equalBytes,
  HASH_BYTES,
  isStorgoError,
  type PenPromise,
  recoverPenPromiseSigner,
  type SlotHolding,
  type SlotPenReply,
  StorgoError,
  stateDigest,
} from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { askSlots, silence } from './ask-slots.ts'
import { AnswerChecker } from './check-answer.ts'
import { lookAtPen } from './look-at-pen.ts'
import { refusalOf } from './refusal.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotLink } from './slot-link.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

/** Once q have promised, how long the others are still waited for. */
const GRACE_MS = 1_000
/** How long a writer that is at work is waited for. */
const HELD_MS = 30_000
/** Between attempts; drawn anew each time, so that two writers do not meet again and again. */
const LEAST_PAUSE_MS = 20
const MOST_PAUSE_MS = 500

/** The pen of a term, and what the slots that promised it held then. */
export type TakenPen = { term: bigint; promises: readonly PenPromise[]; holdings: readonly SlotHolding[] }

export type TakePenOptions = {
  /** 16 bytes that name this writer. */
  pen: Uint8Array
  /** Whether this writer itself may be what keeps the slots busy. */
  wasBusy: boolean
  health: SlotHealth
  troubles: SlotTroubles
  signal: AbortSignal
}

/**
 * Has at least q slots promise that they take nothing of earlier terms any more. Waits while another writer is at work: to
 * ask for promises then would fence it off.
 * @throws {StorgoError} `PEN_HELD` or `PEN_TAKEN` after {@link HELD_MS}; `NOT_ENOUGH_SLOTS`; what the slots refused with,
 * when they all refused for the same reason and it lies with the request. Rejects with the signal's reason when it aborts.
 */
export async function takePen(record: VolumeRecord, options: TakePenOptions): Promise<TakenPen> {
  const { q, volumeId, links } = record
  const { signal } = options
  const asking = new Asking(record, options)
  const untilMs = performance.now() + HELD_MS
  for (let { wasBusy } = options; ; ) {
    const { highestTerm, busy } = await lookAtPen(record, options)
    let held: unknown
    if (busy && !wasBusy)
      held = new StorgoError('PEN_HELD', `another writer is at work on volume ${volumeId}`, { volumeId })
    else {
      const term = highestTerm + 1n
      const { promised, errors } = await asking.ask(term)
      if (promised.length >= q) {
        return { term, promises: promised.map(({ promise }) => promise), holdings: promised.map(holdingOf) }
      }
      held = errors.find(isAboutPen)
      // Slots that have failed do not become more by waiting.
      if (!held || promised.length + errors.filter(isAboutPen).length < q) {
        const failures = errors.filter((error) => !isAboutPen(error))
        const good = promised.length
        throw refusalOf(failures, { volumeId, slots: links.length, good, needed: q, what: 'promised the pen' })
      }
    }
    if (performance.now() > untilMs) throw held
    wasBusy = false
    await later(LEAST_PAUSE_MS + Math.random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS))
    signal.throwIfAborted()
  }
}

type Promised = { slot: number; promise: PenPromise; reply: SlotPenReply; latestDigest: Uint8Array | undefined }

class Asking {
  readonly #record: VolumeRecord
  readonly #options: TakePenOptions
  readonly #checker: AnswerChecker

  constructor(record: VolumeRecord, options: TakePenOptions) {
    this.#record = record
    this.#options = options
    this.#checker = new AnswerChecker(record)
  }

  async ask(term: bigint): Promise<{ promised: Promised[]; errors: unknown[] }> {
    const { links, q } = this.#record
    const { pen, health, troubles, signal } = this.#options
    const { answers, errors, silent } = await askSlots<Promised>(links, {
      ask: async (link, options) => {
        const sentMs = health.nowMs
        const promised = await this.#verified(link, term, await link.pen({ term, pen }, options))
        health.answered(link.slot, sentMs)
        return promised
      },
      isEnough: (some) => some.length >= q,
      graceMs: GRACE_MS,
      onFailed: (link, error) => {
        if (isAboutPen(error)) return
        health.failed(link.slot, error)
        troubles.tell(link, error, 'going on without it')
      },
      signal,
    })
    for (const link of silent) troubles.tell(link, silence(link), 'going on without it')
    return { promised: answers, errors }
  }

  async #verified({ slot, provider }: SlotLink, term: bigint, reply: SlotPenReply): Promise<Promised> {
    const { volumeId, domain } = this.#record
    const { promise, held } = reply
    const { certified, latest } = held
    await this.#checker.check(slot, held)
    const latestDigest = latest && stateDigest(latest.signed.state, domain)
    const own = promise.slot === slot && promise.term === term
    const signed = own && isAddressEqual(recoverPenPromiseSigner(volumeId, promise, domain), provider)
    const said =
      promise.certified === (certified?.certificate.signed.state.nonce ?? 0n) &&
      equalBytes(promise.latest, latestDigest ?? new Uint8Array(HASH_BYTES)) &&
      promise.latestTerm === (latest?.receipt.term ?? 0n)
    if (!signed || !said) {
      throw new StorgoError('CERTIFICATE_INVALID', `slot ${slot} answered with a promise that is not its own`, { slot })
    }
    return { slot, promise, reply, latestDigest }
  }
}

function holdingOf({ slot, reply: { held }, latestDigest: digest }: Promised): SlotHolding {
  const { certified, latest } = held
  return { slot, ...(certified && { certified }), ...(latest && digest && { latest: { ...latest, digest } }) }
}

function isAboutPen(error: unknown): boolean {
  return isStorgoError(error, 'PEN_HELD') || isStorgoError(error, 'PEN_TAKEN')
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
