/**
 * How long a peer may keep silent before its connection counts as dead. TCP and QUIC double their waits while nothing comes
 * through, so that a network which was away for 15 s is heard of again after up to 30 s, and then has to bring what was left.
 */
export const LONGEST_SILENCE_MS = 45_000

/** Nothing heard from anybody for this long is a silence; a lively network is never quiet for that long. */
const LEAST_SILENCE_MS = 2_000
const LOOK_MS = 500

/**
 * Tells a network that is away from a peer that is: when several peers are asked and none of them is heard of any more, a deadline
 * that passes says nothing of the peer, and to ask again would only send the same bytes twice.
 */
export class NetworkSilence {
  readonly #asked = new Map<string, number>()
  readonly #nowMs: () => number
  #heardMs: number | undefined

  /** @param nowMs counts from any moment on and never goes back. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /** Whether at least two peers are asked, and none has answered for a while although one has before. */
  get isSilent(): boolean {
    return this.#heardMs !== undefined && this.#asked.size > 1 && this.#nowMs() - this.#heardMs >= LEAST_SILENCE_MS
  }

  /** A peer has answered. */
  heard(): void {
    this.#heardMs = this.#nowMs()
  }

  /** Runs one request to a peer. */
  async during<T>(peer: string, ask: () => Promise<T>): Promise<T> {
    this.#asked.set(peer, (this.#asked.get(peer) ?? 0) + 1)
    try {
      const answer = await ask()
      this.heard()
      return answer
    } finally {
      const left = (this.#asked.get(peer) ?? 1) - 1
      if (left > 0) this.#asked.set(peer, left)
      else this.#asked.delete(peer)
    }
  }

  /**
   * For the deadline of one request, which has `ms` by itself: asked when that has passed, it says how much longer to wait. While
   * the network is silent, at most {@link LONGEST_SILENCE_MS}; once it is back, the same time again.
   */
  extending(ms: number): () => number {
    let excusedMs = 0
    let renewed = false
    return () => {
      if (this.isSilent && excusedMs < LONGEST_SILENCE_MS) {
        excusedMs += LOOK_MS
        return LOOK_MS
      }
      if (excusedMs === 0 || renewed) return 0
      renewed = true
      return ms
    }
  }
}
