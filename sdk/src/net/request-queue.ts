import { StorgoError } from '@storgo/protocol'

type Lane = { running: number; waiting: (() => void)[] }

/** Runs at most `concurrency` works at a time for each key; up to `maxWaiting` more of that key wait in order. */
export class RequestQueue {
  readonly #lanes = new Map<string, Lane>()
  readonly #concurrency: number
  readonly #maxWaiting: number

  constructor({ concurrency, maxWaiting }: { concurrency: number; maxWaiting: number }) {
    this.#concurrency = concurrency
    this.#maxWaiting = maxWaiting
  }

  /**
   * @throws {StorgoError} `PROVIDER_BUSY` if too many already wait for `key`. Rejects with the signal's reason when it aborts
   * while waiting; a work that runs is told by nobody but its own signal.
   */
  async run<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: [] }
    this.#lanes.set(key, lane)
    if (lane.running < this.#concurrency) lane.running++
    else await this.#turn(lane, key, signal)
    try {
      return await work()
    } finally {
      // A waiting work takes over the place, so `running` stays as it is.
      const next = lane.waiting.shift()
      if (next) next()
      else if (--lane.running === 0) this.#lanes.delete(key)
    }
  }

  async #turn({ waiting }: Lane, key: string, signal: AbortSignal | undefined): Promise<void> {
    if (waiting.length >= this.#maxWaiting) {
      const details = { peer: key, waiting: waiting.length }
      throw new StorgoError('PROVIDER_BUSY', 'Too many requests wait for this peer already.', details)
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => {
      const at = waiting.indexOf(resolve)
      if (at < 0) return
      waiting.splice(at, 1)
      reject(signal?.reason)
    }
    waiting.push(resolve)
    signal?.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => signal?.removeEventListener('abort', onAbort))
  }
}
