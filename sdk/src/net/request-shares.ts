import type { PeerId } from '@libp2p/interface'

/**
 * Keeps one peer from taking all places: at most `most` of its requests, of whatever protocol, are read and answered at a
 * time. As each holds at most one frame of each kind, that bounds the memory of one peer, too.
 */
export class RequestShares {
  readonly #running = new Map<string, number>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** @returns what gives the place back; `undefined` if the peer has all its places. */
  take(peer: PeerId): (() => void) | undefined {
    const key = peer.toString()
    const running = this.#running.get(key) ?? 0
    if (running >= this.#most) return undefined
    this.#running.set(key, running + 1)
    return () => {
      const left = (this.#running.get(key) ?? 1) - 1
      if (left > 0) this.#running.set(key, left)
      else this.#running.delete(key)
    }
  }
}
