import { type ErasureCode, isStorgoError, StorgoError } from '@storgo/protocol'
import type { SlotRange } from './read-plan.ts'
import type { SlotHealth } from './slot-health.ts'
import { whetherToWait } from './whether-to-wait.ts'

/** Reads whole leaves of one slot and verifies them. Any rejection is held against the slot. */
type ReadSlot = (range: SlotRange, signal: AbortSignal) => Promise<Uint8Array>

export type HedgedReadOptions = {
  code: ErasureCode
  health: SlotHealth
  readSlot: ReadSlot
  /** Told whenever a slot fails. */
  onTrouble: (slot: number, error: unknown) => void
  /** Told whenever a slot is gone round because it has not answered for so long, or because an answer that it owed before is overdue. */
  onSlow: (slot: number, silentMs?: number) => void
}

/** What `onSlow` was told, as an error. */
export function silenceOf(slot: number, silentMs?: number): StorgoError {
  const what = silentMs === undefined ? 'its last answer is overdue' : `no answer for ${silentMs} ms`
  return new StorgoError('TIMED_OUT', what, { slot })
}

/**
 * One range from its own slot or, when that slot fails, lies, keeps the reader waiting or is known to be slow, worked out from
 * the same range of the best k others; whichever comes first. A slow answer is not cut off: when it comes, the slot is good again.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots give the range.
 */
export function hedgedRead(range: SlotRange, options: HedgedReadOptions, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const race = new Race(range, options, signal, resolve, reject)
  const aborted = () => race.settle(() => reject(signal.reason))
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  else race.start()
  return promise.finally(() => signal.removeEventListener('abort', aborted))
}

class Race {
  readonly #range: SlotRange
  readonly #options: HedgedReadOptions
  readonly #signal: AbortSignal
  readonly #resolve: (bytes: Uint8Array) => void
  readonly #reject: (error: unknown) => void
  readonly #shares: (Uint8Array | undefined)[]
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  readonly #asked = new Set<number>()
  /** Asked, without an answer, and not yet overdue. */
  readonly #hopeful = new Set<number>()
  #pending = 0
  #settled = false
  readonly #errors: unknown[] = []

  constructor(
    range: SlotRange,
    options: HedgedReadOptions,
    signal: AbortSignal,
    resolve: (bytes: Uint8Array) => void,
    reject: (error: unknown) => void,
  ) {
    this.#range = range
    this.#options = options
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    this.#shares = Array.from({ length: options.code.k + options.code.m })
  }

  start(): void {
    const { code, health } = this.#options
    const { slot, length } = this.#range
    const others = [...this.#shares.keys()]
    const rivals = { others, k: code.k, bytes: length }
    if (!health.isPassedOver(slot, rivals)) {
      this.#ask(slot, { counted: true })
      return
    }
    if (health.isOverdue(slot)) this.#options.onSlow(slot)
    const due = [slot, ...others].find((each) => health.isDueAChance(each) && health.isPassedOver(each, rivals))
    if (due !== undefined) this.#ask(due, { counted: false })
    this.#askOthers()
  }

  settle(finish: () => void): void {
    if (this.#settled) return
    this.#settled = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    finish()
  }

  /** @param counted whether the range is to wait for it; not for one that is only given a chance. */
  #ask(slot: number, { counted }: { counted: boolean }): void {
    const { health, readSlot, onTrouble } = this.#options
    this.#asked.add(slot)
    this.#pending++
    const sentMs = health.sent(slot)
    if (counted) {
      this.#hopeful.add(slot)
      this.#watch(slot, sentMs, 1)
    }
    readSlot({ ...this.#range, slot }, this.#signal).then(
      (bytes) => {
        health.answered(slot, sentMs)
        this.#hopeful.delete(slot)
        this.#shares[slot] = bytes
        this.#conclude()
      },
      (error: unknown) => {
        if (this.#signal.aborted) return
        this.#errors.push(error)
        if (health.failed(slot, error)) onTrouble(slot, error)
        this.#pending--
        this.#lose(slot)
      },
    )
  }

  /** Gives a slot up for this range when `whetherToWait` says so, which is asked whenever half of the patience has passed. */
  #watch(slot: number, sentMs: number, halves: number): void {
    const { code, health, onSlow } = this.#options
    const sinceMs = health.nowMs
    const timer = setTimeout(() => {
      this.#timers.delete(slot)
      if (!this.#hopeful.has(slot)) return
      // More than half of the patience where this process itself was late; then answers were too.
      const passedMs = health.nowMs - sinceMs
      const others = [...this.#shares.keys()].filter((other) => other !== slot && health.rank(other) !== undefined)
      const next = whetherToWait({
        halves,
        othersAnswered: health.othersAnswered(slot, sentMs),
        othersHeard: health.signs.othersHeard(slot, passedMs),
        othersBring: health.signs.othersBring(slot, passedMs),
        isComingBack: health.signs.isComingBack(slot),
      })
      // As many as may be lost: of these and the slot one is there, or nothing can be read anyway.
      if (next === 'look') health.signs.look(others, code.m)
      if (next !== 'go round') return this.#watch(slot, sentMs, halves + 1)
      if (health.overdue(slot)) onSlow(slot, Math.round(health.nowMs - sentMs))
      this.#lose(slot)
    }, health.patienceMs() / 2)
    this.#timers.set(slot, timer)
  }

  /** `slot` is not counted on any more. */
  #lose(slot: number): void {
    this.#hopeful.delete(slot)
    this.#askOthers()
  }

  /** Asks as many more slots as the range needs if all that are hopeful answer. */
  #askOthers(): void {
    if (this.#settled) return
    const { code, health } = this.#options
    const shares = this.#shares.filter((share) => share !== undefined).length
    let missing = code.k - shares - this.#hopeful.size
    const others = [...this.#shares.keys()].filter((slot) => !this.#asked.has(slot))
    for (const slot of health.inOrder(others, this.#range.length)) {
      if (missing <= 0) return
      this.#ask(slot, { counted: true })
      missing--
    }
    if (this.#pending === 0) this.settle(() => this.#reject(this.#notEnough(shares)))
  }

  #conclude(): void {
    this.#pending--
    const { code } = this.#options
    const { slot } = this.#range
    const own = this.#shares[slot]
    const shares = this.#shares.filter((share) => share !== undefined).length
    if (own) this.settle(() => this.#resolve(own))
    else if (shares >= code.k) {
      this.settle(() => this.#resolve(code.reconstruct(this.#shares, [slot])[0] as Uint8Array))
    } else this.#askOthers()
  }

  #notEnough(shares: number): StorgoError {
    const { k, m } = this.#options.code
    const codes = this.#errors.map((error) => (isStorgoError(error) ? error.code : 'INTERNAL'))
    return new StorgoError(
      'NOT_ENOUGH_SLOTS',
      `${shares} of ${k + m} slots answered for this range and ${k} are needed`,
      { answered: shares, needed: k, slots: k + m, errors: [...new Set(codes)].join(' ') },
      { cause: this.#errors.at(-1) },
    )
  }
}
