/**
 * How long a peer may keep silent before its connection counts as dead. TCP and QUIC double their waits while nothing comes
 * through, so that a network which was away for 15 s is heard of again after up to 30 s, and then has to bring what was left.
 */
export const LONGEST_SILENCE_MS = 45_000

/** A peer that brings bytes at this rate is slow, and not gone … */
export const LEAST_BYTES_PER_MS = 16
/** … and has so much more time for one request. */
const MOST_PROGRESS_MS = 120_000

/** Nothing heard from anybody for this long is a silence; a lively network is never quiet for that long. */
const LEAST_SILENCE_MS = 2_000
const LOOK_MS = 500
/** Peers that are remembered not to have been heard of. */
const MOST_UNHEARD = 1_000

/** A peer that owes answers, since `sinceMs`; `heardMs`: when bytes have last come meanwhile. */
type Asked = { requests: number; receivedBytes: number; sinceMs: number; heardMs?: number }
/** The last silence that has ended, and until when those may still keep silent whom it has held up. */
type Ended = { endedMs: number; excusedUntilMs: number }

/**
 * Tells what is slow, or a network that is away, from a peer that is gone: when several peers are asked and none of them is heard of
 * any more, or when bytes come in from the peer, a deadline that passes says nothing of it, and to ask again would only send the
 * same bytes twice.
 */
export class NetworkSilence {
  readonly #asked = new Map<string, Asked>()
  readonly #nowMs: () => number
  #heardMs: number | undefined
  /** By peer, since when it has been asked and not heard of, whatever has become of the requests. */
  readonly #unheardMs = new Map<string, number>()
  /** Since when several peers have been asked without a break. */
  #severalMs = 0
  #ended: Ended | undefined

  /** @param nowMs counts from any moment on and never goes back. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /** Whether at least two peers are asked, and none has answered for a while although one has before. */
  get isSilent(): boolean {
    return this.#silentMs() >= LEAST_SILENCE_MS
  }

  /** When a peer that owes answers was last heard of; `undefined` if it owes none, or has not been since it does. */
  heardMs(peer: string): number | undefined {
    return this.#asked.get(peer)?.heardMs
  }

  /**
   * Whether the network is silent, or was and this peer may not have noticed yet that it is back: each connection tries again in
   * its own time, and that is at the latest when as much again has passed.
   */
  isComingBack(peer: string): boolean {
    const asked = this.#asked.get(peer)
    if (asked === undefined || this.isSilent) return asked !== undefined
    if (this.#ended === undefined || this.#nowMs() >= this.#ended.excusedUntilMs) return false
    return Math.max(asked.sinceMs, asked.heardMs ?? 0) < this.#ended.endedMs
  }

  /** Whether a peer has been asked for so long, again and again, and nothing of it has come, that its connection is dead. */
  isGone(peer: string): boolean {
    const sinceMs = this.#unheardMs.get(peer)
    return sinceMs !== undefined && !this.isSilent && this.#nowMs() - sinceMs >= LONGEST_SILENCE_MS
  }

  /** A new connection to a peer begins anew. */
  forget(peer: string): void {
    this.#unheardMs.delete(peer)
  }

  /** Bytes of a reply have come from a peer, whichever request they are of. */
  heard(peer: string, bytes: number): void {
    const nowMs = this.#nowMs()
    const silentMs = this.#silentMs()
    if (silentMs >= LEAST_SILENCE_MS) {
      this.#ended = { endedMs: nowMs, excusedUntilMs: Math.max(nowMs + silentMs, this.#ended?.excusedUntilMs ?? 0) }
    }
    this.#heardMs = nowMs
    this.#unheardMs.delete(peer)
    const asked = this.#asked.get(peer)
    if (!asked) return
    asked.receivedBytes += bytes
    asked.heardMs = nowMs
  }

  /** Runs one request to a peer. */
  async during<T>(peer: string, ask: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(peer) ?? { requests: 0, receivedBytes: 0, sinceMs: this.#nowMs() }
    this.#asked.set(peer, asked)
    if (this.#asked.size === 2 && asked.requests === 0) this.#severalMs = this.#nowMs()
    asked.requests++
    if (!this.#unheardMs.has(peer)) this.#unheardMs.set(peer, this.#nowMs())
    const [oldest] = this.#unheardMs.keys()
    if (this.#unheardMs.size > MOST_UNHEARD && oldest !== undefined) this.#unheardMs.delete(oldest)
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
      // As above: for as much again the peer may be coming back.
      return ms + excusedMs
    }
  }

  /** For how long nobody of several has been heard of. */
  #silentMs(): number {
    if (this.#heardMs === undefined || this.#asked.size < 2) return 0
    return this.#nowMs() - Math.max(this.#heardMs, this.#severalMs)
  }
}
