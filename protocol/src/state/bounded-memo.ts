/** Keeps the results of a pure function, at most `bound` of them: the one asked for longest ago goes first. */
export class BoundedMemo<Result> {
  readonly #bound: number
  readonly #results = new Map<string, Result>()

  /** @param bound at least 1. */
  constructor(bound: number) {
    this.#bound = bound
  }

  get size(): number {
    return this.#results.size
  }

  /** The result for `key`, from `compute` if it is not kept. What `compute` throws is not kept. */
  get(key: string, compute: () => Result): Result {
    const kept = this.#results.get(key)
    const result = kept === undefined ? compute() : kept
    // A map keeps the order in which keys were set, so the first is the one asked for longest ago.
    this.#results.delete(key)
    this.#results.set(key, result)
    const [oldest] = this.#results.keys()
    if (this.#results.size > this.#bound && oldest !== undefined) this.#results.delete(oldest)
    return result
  }
}
