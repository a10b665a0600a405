/** Bounds how often something may come from one place within a second. */
export class Arrivals {
  readonly #perSecond: number
  #counts = new Map<string, number>()
  #second = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Counts one arrival. @returns whether it is one of those allowed. */
  admit(from: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#counts = new Map()
    }
    const count = (this.#counts.get(from) ?? 0) + 1
    this.#counts.set(from, count)
    return count <= this.#perSecond
  }
}
