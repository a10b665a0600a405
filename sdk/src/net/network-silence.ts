/**
 * How long a peer may keep silent before its connection counts as dead. TCP and QUIC double their waits while nothing comes
 * through, so that a network which was away for 15 s is heard of again after up to 30 s, and then has to bring what was left.
 */
export const LONGEST_SILENCE_MS = 45_000

/** A peer that brings bytes at this rate is slow, and not gone … */
const LEAST_BYTES_PER_MS = 16
/** … and has so much more time for one request. */
const MOST_PROGRESS_MS = 120_000

/** Nothing heard from anybody for this long is a silence; a lively network is never quiet for that long. */
const LEAST_SILENCE_MS = 2_000
const LOOK_MS = 500

type Asked = { requests: number; receivedBytes: number }

/**
 * Tells what is slow, or a network that is away, from a peer that is gone: when several peers are asked and none of them is heard of
 * any more, or when bytes come in from the peer, a deadline that passes says nothing of it, and to ask again would only send the
 * same bytes twice.
 */
export class NetworkSilence {
  readonly #asked = new Map<string, Asked>()
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

  /** Bytes of a reply have come from a peer, whichever request they are of. */
  heard(peer: string, bytes: number): void {
    this.#heardMs = this.#nowMs()
    const asked = this.#asked.get(peer)
    if (asked) asked.receivedBytes += bytes
  }

  /** Runs one request to a peer. */
  async during<T>(peer: string, ask: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(peer) ?? { requests: 0, receivedBytes: 0 }
    this.#asked.set(peer, asked)
    asked.requests++
    try {
      return await ask()
    } finally {
      if (--asked.requests === 0) this.#asked.delete(peer)
    }
  }

  /**
   * For the deadline of one request to a peer, which has `ms` by itself: asked when that has passed, it says how much longer to wait.
   * While the network is silent, at most {@link LONGEST_SILENCE_MS}, and once it is back as long again; and while the peer brings
   * bytes.
   */
  extending(peer: string, ms: number): () => number {
    let excusedMs = 0
    let progressMs = 0
    let renewed = false
    let receivedBefore = this.#asked.get(peer)?.receivedBytes ?? 0
    return () => {
      const { receivedBytes = 0 } = this.#asked.get(peer) ?? {}
      const isBringing = receivedBytes - receivedBefore >= ms * LEAST_BYTES_PER_MS
      receivedBefore = receivedBytes
      if (isBringing && progressMs < MOST_PROGRESS_MS) {
        progressMs += ms
        return ms
      }
      if (this.isSilent && excusedMs < LONGEST_SILENCE_MS) {
        excusedMs += LOOK_MS
        return LOOK_MS
      }
      if (excusedMs === 0 || renewed || this.isSilent) return 0
      renewed = true
      // Each connection tries again in its own time, at the latest when as much again has passed.
      return ms + excusedMs
    }
  }
}
