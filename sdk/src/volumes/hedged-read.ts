import { type ErasureCode, isStorgoError, StorgoError } from '@storgo/protocol'
import type { SlotRange } from './read-plan.ts'
import type { SlotHealth } from './slot-health.ts'

/** Whiles that a silent slot is waited for when the others are silent too. */
const MOST_ROUNDS = 3

/** Reads whole leaves of one slot and verifies them. Any rejection is held against the slot. */
type ReadSlot = (range: SlotRange, signal: AbortSignal) => Promise<Uint8Array>

export type HedgedReadOptions = {
  code: ErasureCode
  health: SlotHealth
  readSlot: ReadSlot
  /** Told whenever a slot turns slow or fails, and when one that has is left out. */
  onTrouble: (slot: number, error: unknown) => void
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
    const { code, health, onTrouble } = this.#options
    const { slot, length } = this.#range
    const others = [...this.#shares.keys()]
    const rivals = { others, k: code.k, bytes: length }
    if (!health.isPassedOver(slot, rivals)) {
      this.#ask(slot, { counted: true })
      return
    }
    if (health.rank(slot) === 1) onTrouble(slot, new StorgoError('TIMED_OUT', 'its last answer is overdue', { slot }))
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

  /**
   * Gives a slot up for this range after a while. While no other slot has answered anything sent since, the machine or
   * the network is slow rather than the slot, and asking yet others would make it slower: then a while longer.
   */
  #watch(slot: number, sentMs: number, round: number): void {
    const { health, onTrouble } = this.#options
    const timer = setTimeout(() => {
      this.#timers.delete(slot)
      if (!this.#hopeful.has(slot)) return
      if (round < MOST_ROUNDS && !health.othersAnswered(slot, sentMs)) return this.#watch(slot, sentMs, round + 1)
      const silentMs = Math.round(health.nowMs - sentMs)
      if (health.overdue(slot)) onTrouble(slot, new StorgoError('TIMED_OUT', `no answer for ${silentMs} ms`, { slot }))
      this.#lose(slot)
    }, health.patienceMs())
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
