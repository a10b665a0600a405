import type { PeerId } from '@libp2p/interface'

const MAX_PEERS = 10_000

/** Gives every hello to a peer another time, since one that is said twice is taken for a replay. */
export class HelloTimes {
  /** In the order of the last hellos. */
  readonly #lastSeconds = new Map<string, number>()

  /** @returns the time of the next hello to `to`: now, or a second after the last one. */
  next(to: PeerId, nowSeconds: number): number {
    const key = to.toString()
    const seconds = Math.max(nowSeconds, (this.#lastSeconds.get(key) ?? 0) + 1)
    this.#lastSeconds.delete(key)
    this.#lastSeconds.set(key, seconds)
    const oldest = this.#lastSeconds.size > MAX_PEERS ? this.#lastSeconds.keys().next() : undefined
    if (oldest?.done === false) this.#lastSeconds.delete(oldest.value)
    return seconds
  }
}
