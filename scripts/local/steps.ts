/** A step that takes longer than this is announced while it runs. */
const ANNOUNCE_MS = 2_000

/** Says what a start-up is doing: one line per finished step with its duration, and one when a step takes long. */
export class Steps {
  readonly signal: AbortSignal
  readonly #say: (line: string) => void
  readonly #startedMs = performance.now()

  constructor(say: (line: string) => void, signal: AbortSignal) {
    this.#say = say
    this.signal = signal
  }

  /**
   * Does one step and says so; steps may run beside each other. Rejects at once when the signal aborts: what the step was
   * waiting for is stopped by whoever started it.
   */
  async run<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted()
    const startedMs = performance.now()
    const timer = setTimeout(() => this.#say(`     …    ${what}`), ANNOUNCE_MS)
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(this.signal.reason)
    this.signal.addEventListener('abort', abort, { once: true })
    try {
      const result = await Promise.race([work(), aborted])
      this.#say(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${what}`)
      return result
    } finally {
      clearTimeout(timer)
      this.signal.removeEventListener('abort', abort)
    }
  }

  /** Seconds since the first step could begin. */
  get elapsedSeconds(): number {
    return (performance.now() - this.#startedMs) / 1000
  }
}
