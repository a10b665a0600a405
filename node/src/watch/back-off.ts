type Failures = { count: number; untilMs: number }

/** Keeps what fails again and again from being tried as often as ever: each failure doubles the wait. */
export class BackOff {
  readonly #failures = new Map<string, Failures>()
  readonly #options: { leastMs: number; mostMs: number; nowMs: () => number }

  constructor(options: { leastMs: number; mostMs: number; nowMs: () => number }) {
    this.#options = options
  }

  mayTry(key: string): boolean {
    return (this.#failures.get(key)?.untilMs ?? 0) <= this.#options.nowMs()
  }

  failed(key: string): void {
    const { leastMs, mostMs, nowMs } = this.#options
    const count = this.#failures.get(key)?.count ?? 0
    this.#failures.set(key, { count: count + 1, untilMs: nowMs() + Math.min(leastMs * 2 ** count, mostMs) })
  }

  succeeded(key: string): void {
    this.#failures.delete(key)
  }
}
