import { bytesToHex } from 'viem'

/** Hellos count for two minutes on either side of their time, so one can be said again for this long. */
const KEPT_SECONDS = 250
const MAX_HELLOS = 20_000

/** Remembers hellos while they count, so that none is taken twice. */
export class SaidHellos {
  /** By signature, in the order they came: when to forget it. */
  readonly #untilSeconds = new Map<string, number>()

  /** @returns whether this hello is new. When there are too many to remember, the oldest are forgotten. */
  add(signature: Uint8Array, nowSeconds: number): boolean {
    for (const [said, untilSeconds] of this.#untilSeconds) {
      if (untilSeconds > nowSeconds && this.#untilSeconds.size < MAX_HELLOS) break
      this.#untilSeconds.delete(said)
    }
    const key = bytesToHex(signature)
    if (this.#untilSeconds.has(key)) return false
    this.#untilSeconds.set(key, nowSeconds + KEPT_SECONDS)
    return true
  }
}
