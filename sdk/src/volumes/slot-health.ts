import type { ErrorCode } from '@storgo/protocol'
import { isStorgoError } from '@storgo/protocol'
import { SignsOfLife, type SlotSigns } from './signs-of-life.ts'

/** A slot that failed is left alone this long; one that lied, for good. */
const FAILED_MS = 10_000
/** Answers remembered for the median. */
const REMEMBERED = 64
/** Never call a slot slow before this. */
export const LEAST_PATIENCE_MS = 300
const LEAST_DEADLINE_MS = 4_000
const MOST_DEADLINE_MS = 30_000
/** A slot is slower than others if it is expected to take this many times as long as they, and some more. */
const SLOWER = 2
/** A slot that better ones are preferred to is asked beside them again after this long: it may have become good. */
const CHANCE_MS = 10_000

/**
 * `slow`: its last answer is overdue. `damaged`: it has lost a sector, and has others. `failed`: answered with an error, or not at all. `lying`: sent bytes that do not
 * verify. `absent`: there is nobody to ask.
 */
type Condition =
  | { kind: 'good' | 'slow' | 'damaged' | 'lying' | 'absent' }
  | { kind: 'failed'; untilMs: number; code: ErrorCode }

/** `expectedMs`: what is known of the provider of a slot from all that was ever asked of it; see `expectedMs` of its record. */
export type JudgedSlot = SlotSigns & { expectedMs(bytes: number): number }

/**
 * Which slots to ask first: by what a session has just seen of each, so that a dead one is waited for once and not for every
 * range, and among those that seem well by what their providers' records let expect.
 * @param now milliseconds; passed in so that tests own time.
 */
export class SlotHealth {
  readonly signs: SignsOfLife
  readonly #conditions = new Map<number, Condition>()
  readonly #latenciesMs: number[] = []
  /** By slot, when the youngest request that it has answered was sent. */
  readonly #answeredSince = new Map<number, number>()
  /** By slot, when it was asked last. */
  readonly #askedMs = new Map<number, number>()
  #judged: ReadonlyMap<number, JudgedSlot> = new Map()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.signs = new SignsOfLife(now)
  }

  /** From now on these tell what to expect of their slots; of others nothing is known. */
  judgeBy(slots: readonly JudgedSlot[]): void {
    this.#judged = new Map(slots.map((judged) => [judged.slot, judged]))
    this.signs.watch(slots)
  }

  /** Never asks `slot`. */
  leaveOut(slot: number): void {
    this.#conditions.set(slot, { kind: 'absent' })
  }

  /** 0: ask it first. 1: only when better ones do not suffice. `undefined`: do not ask. */
  rank(slot: number): 0 | 1 | undefined {
    const condition = this.#conditions.get(slot)
    if (condition === undefined || condition.kind === 'good') return 0
    if (condition.kind === 'slow' || condition.kind === 'damaged') return 1
    if (condition.kind === 'failed' && this.#now() >= condition.untilMs) return 1
    return undefined
  }

  /** Those of `slots` that may be asked for so many bytes, in the order in which to ask them: last, who may yet be away. */
  inOrder(slots: readonly number[], bytes: number): number[] {
    return slots
      .flatMap((slot) => {
        const rank = this.rank(slot)
        if (rank === undefined) return []
        return [{ slot, rank, away: Number(this.signs.isComingBack(slot)), ms: this.#expectedMs(slot, bytes) }]
      })
      .sort((a, b) => a.rank - b.rank || a.away - b.away || a.ms - b.ms || a.slot - b.slot)
      .map(({ slot }) => slot)
  }

  /** Whether so many bytes of `slot` had better be worked out from the best `k` of `others`: it is in doubt, or they are much sooner here. */
  isPassedOver(slot: number, { others, k, bytes }: { others: readonly number[]; k: number; bytes: number }): boolean {
    if (this.rank(slot) !== 0) return true
    const expected = others
      .filter((other) => other !== slot && this.rank(other) === 0)
      .map((other) => this.#expectedMs(other, bytes))
      .sort((a, b) => a - b)
    const workedOutMs = expected[k - 1]
    return workedOutMs !== undefined && this.#expectedMs(slot, bytes) > SLOWER * workedOutMs + LEAST_PATIENCE_MS
  }

  /** Whether a slot that is passed over, and may be asked, is to be asked all the same, to see whether it is better by now. */
  isDueAChance(slot: number): boolean {
    const askedMs = this.#askedMs.get(slot) ?? Number.NEGATIVE_INFINITY
    return this.rank(slot) !== undefined && this.#now() - askedMs >= CHANCE_MS
  }

  /** A request goes out. @returns when, by the clock. */
  sent(slot: number): number {
    this.#askedMs.set(slot, this.#now())
    this.signs.asked(slot)
    return this.#now()
  }

  /** @param sentMs when the request was sent, by the same clock. */
  answered(slot: number, sentMs: number): void {
    const latencyMs = this.#now() - sentMs
    this.#answeredSince.set(slot, Math.max(sentMs, this.#answeredSince.get(slot) ?? 0))
    this.signs.answered(slot)
    if (this.#conditions.get(slot)?.kind !== 'lying') this.#conditions.set(slot, { kind: 'good' })
    this.#latenciesMs.push(latencyMs)
    if (this.#latenciesMs.length > REMEMBERED) this.#latenciesMs.shift()
  }

  /** @returns whether that is news. */
  overdue(slot: number): boolean {
    if (this.rank(slot) !== 0) return false
    this.#conditions.set(slot, { kind: 'slow' })
    return true
  }

  /** Whether an answer of it is overdue. */
  isOverdue(slot: number): boolean {
    return this.#conditions.get(slot)?.kind === 'slow'
  }

  /** @returns whether that is news. */
  failed(slot: number, error: unknown): boolean {
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    // A busy slot is a good slot with too many guests.
    if (code === 'PROVIDER_BUSY') return false
    const before = this.#conditions.get(slot)
    if (before?.kind === 'lying') return false
    // It says itself that it has lost this sector, and has others: it is asked after those that are well, not left out.
    if (code === 'SECTOR_CORRUPT') {
      this.#conditions.set(slot, { kind: 'damaged' })
      return before?.kind !== 'damaged'
    }
    this.#conditions.set(
      slot,
      code === 'PROOF_INVALID' ? { kind: 'lying' } : { kind: 'failed', untilMs: this.#now() + FAILED_MS, code },
    )
    return before?.kind !== 'failed'
  }

  /** Whether another slot has answered what it was sent at `sentMs` or later: then not everything is slow. */
  othersAnswered(slot: number, sentMs: number): boolean {
    return [...this.#answeredSince].some(([other, sinceMs]) => other !== slot && sinceMs >= sentMs)
  }

  /** The clock. */
  get nowMs(): number {
    return this.#now()
  }

  /** How long to wait for one range before asking others as well. */
  patienceMs(): number {
    return Math.max(LEAST_PATIENCE_MS, 3 * this.#medianMs())
  }

  /** How long to wait for one range at all. */
  deadlineMs(): number {
    return Math.min(MOST_DEADLINE_MS, Math.max(LEAST_DEADLINE_MS, 8 * this.#medianMs()))
  }

  /** Slots in a condition that another state may cure: they hold a newer or an older one than was asked for. */
  stale(): boolean {
    return [...this.#conditions.values()].some((c) => c.kind === 'failed' && c.code === 'STATE_STALE')
  }

  /** Forgets failures that were about the state asked for. */
  forgetStale(): void {
    for (const [slot, condition] of this.#conditions) {
      if (condition.kind === 'failed' && condition.code === 'STATE_STALE') this.#conditions.delete(slot)
    }
  }

  #expectedMs(slot: number, bytes: number): number {
    return this.#judged.get(slot)?.expectedMs(bytes) ?? 0
  }

  #medianMs(): number {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? 0
  }
}
