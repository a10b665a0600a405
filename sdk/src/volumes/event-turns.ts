/** Longest that work may keep answers and timers waiting. */
const LONGEST_MS = 10

/**
 * Lets events be handled in the middle of long work. Awaiting what is there already does not: answers would wait
 * unread until their deadlines fire.
 */
export class EventTurns {
  #sinceMs = performance.now()

  /** Resolves at once, or after the events that wait when it is time for them. */
  async take(): Promise<void> {
    if (performance.now() - this.#sinceMs < LONGEST_MS) return
    await new Promise<void>((resolve) => {
      // Browsers have no setImmediate.
      if (typeof setImmediate === 'function') setImmediate(resolve)
      else setTimeout(resolve)
    })
    this.#sinceMs = performance.now()
  }
}
