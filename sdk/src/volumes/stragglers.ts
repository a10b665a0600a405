import { LONGEST_SILENCE_MS } from '../net/network-silence.ts'
import type { SlotSender } from './slot-sender.ts'

/** A slot is given up when it has not answered for this long, and the others have nothing left to do … */
const STRAGGLER_MS = 8_000
/** … or when the write cannot go on without it. */
const LAST_STRAGGLER_MS = 12_000
/** Where answers take long, a slot is late after so many times the longest that one took of late. */
const TIMES_SLOWEST = 3
/** An answer shows for this long that the network is there. */
const HEARD_MS = 3_000

type Sender = Pick<SlotSender, 'silentSinceMs' | 'answeredMs' | 'tookMs' | 'link'>

/** Finds the slots that a write waits for in vain, and tells them from a network that is slow or away. */
export class Stragglers {
  readonly #q: number
  #heardMs = 0
  #probing = false

  /** @param q slots that a write needs. */
  constructor(q: number) {
    this.#q = q
  }

  /** Those of the live slots to give up now. Asks one of the others for its state if none has answered lately. */
  among<Live extends Sender>(live: readonly Live[], nowMs = performance.now()): Live[] {
    const silentMs = ({ silentSinceMs }: Sender) => (silentSinceMs === undefined ? 0 : nowMs - silentSinceMs)
    const idle = live.filter(({ silentSinceMs }) => silentSinceMs === undefined)
    const slowestMs = Math.max(0, ...live.map(({ tookMs }) => tookMs))
    const leastMs = idle.length >= this.#q ? STRAGGLER_MS : LAST_STRAGGLER_MS
    const patienceMs = Math.min(LONGEST_SILENCE_MS, Math.max(leastMs, TIMES_SLOWEST * slowestMs))
    const late = live.filter((sender) => silentMs(sender) > patienceMs)
    if (late.length === 0 || idle.length + late.length < live.length) return []
    const heardMs = Math.max(this.#heardMs, ...idle.map(({ answeredMs }) => answeredMs))
    if (idle.length > 0 && nowMs - heardMs < HEARD_MS) return late
    void this.#probe(idle)
    return late.filter((sender) => silentMs(sender) > LONGEST_SILENCE_MS)
  }

  async #probe(idle: readonly Sender[]): Promise<void> {
    if (this.#probing || idle.length === 0) return
    this.#probing = true
    try {
      await Promise.any(idle.map(({ link }) => link.state({ timeoutMs: HEARD_MS })))
      this.#heardMs = performance.now()
    } catch {
      // Nobody answers: the network is away, and no slot is to blame.
    } finally {
      this.#probing = false
    }
  }
}
