/** A step that takes longer than this is announced while it runs. */
const ANNOUNCE_MS = 2_000

/** Says what a start-up is doing: one line per finished step with its duration, and one when a step takes long. */
export class Steps {
  readonly #say: (line: string) => void
  readonly #startedMs = performance.now()

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  /** Does one step; steps may run beside each other. `done` may tell what came of it. */
  async run<Result>(
    what: string,
    work: () => Promise<Result>,
    done: (result: Result) => string = () => what,
  ): Promise<Result> {
    const startedMs = performance.now()
    const timer = setTimeout(() => this.#say(`   …     ${what}`), ANNOUNCE_MS)
    try {
      const result = await work()
      this.#say(`${seconds(performance.now() - startedMs)}  ${done(result)}`)
      return result
    } finally {
      clearTimeout(timer)
    }
  }

  /** Seconds since the first step began. */
  get elapsedSeconds(): number {
    return (performance.now() - this.#startedMs) / 1000
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`
}
