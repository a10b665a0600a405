type Task = { key: string; work: (signal: AbortSignal) => Promise<void> }

export type KeyedTasksOptions = {
  /** Run at a time. */
  concurrency: number
  /** More than this many in line are not taken. */
  maxWaiting: number
}

/**
 * Runs tasks a few at a time, of one key never two: one that is asked for while it waits is the same, and one that is asked
 * for while it runs is run once more. Disposing it tells what runs to end and waits for it.
 */
export class KeyedTasks implements AsyncDisposable {
  readonly #options: KeyedTasksOptions
  readonly #waiting = new Map<string, Task>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #ending = new AbortController()

  constructor(options: KeyedTasksOptions) {
    this.#options = options
  }

  /** @param work reports its failures itself. @returns whether there was room in line. */
  start(key: string, work: Task['work']): boolean {
    const { maxWaiting } = this.#options
    if (this.#ending.signal.aborted) return false
    if (!this.#waiting.has(key) && this.#waiting.size >= maxWaiting) return false
    this.#waiting.set(key, { key, work })
    this.#next()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error('The node is stopping.'))
    this.#waiting.clear()
    await Promise.all(this.#running.values())
  }

  #next(): void {
    for (const { key, work } of this.#waiting.values()) {
      if (this.#running.size >= this.#options.concurrency) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      const running = work(this.#ending.signal).finally(() => {
        this.#running.delete(key)
        this.#next()
      })
      this.#running.set(key, running)
    }
  }
}
