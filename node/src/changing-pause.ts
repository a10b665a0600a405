import { setTimeout as delay } from 'node:timers/promises'

/** Timers cannot be set for more than 24 days. */
const LONGEST_STEP_MS = 86_400_000

/** A pause whose length may change while it lasts. */
export class ChangingPause {
  #changed = new AbortController()

  /** Resolves once as much time has passed as `lengthMs` says, or `signal` has aborted. */
  async last(lengthMs: () => number, signal: AbortSignal): Promise<void> {
    for (let passedMs = 0; !signal.aborted; ) {
      const stepMs = Math.min(lengthMs() - passedMs, LONGEST_STEP_MS)
      if (stepMs <= 0) return
      const startedMs = performance.now()
      const anyOf = AbortSignal.any([signal, this.#changed.signal])
      const isWhole = await delay(stepMs, true, { signal: anyOf }).catch(() => false)
      passedMs += isWhole ? stepMs : performance.now() - startedMs
    }
  }

  /** Asks for the length again now. */
  reconsider(): void {
    const before = this.#changed
    this.#changed = new AbortController()
    before.abort()
  }
}
