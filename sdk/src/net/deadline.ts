import { type ErrorDetails, StorgoError } from '@storgo/protocol'

export type Deadline = {
  ms: number
  /** Completes the sentence "… took longer than". */
  what: string
  details?: ErrorDetails
  signal?: AbortSignal | undefined
  /** Asked when the time is up: how much longer to wait after all, in milliseconds. */
  extendMs?: () => number
}

/**
 * Runs `work` with a signal that aborts at the deadline or with `signal`, and settles then even if `work` does not listen.
 *
 * @throws {StorgoError} `TIMED_OUT` at the deadline. Rejects with `signal`'s reason when that aborts.
 */
export async function withDeadline<T>(
  { ms, what, details = {}, signal, extendMs = () => 0 }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  const onAbort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const expire = () => {
    const moreMs = extendMs()
    if (moreMs > 0) timer = setTimeout(expire, moreMs)
    else controller.abort(new StorgoError('TIMED_OUT', `${what} took longer than ${ms} ms.`, { ...details, ms }))
  }
  let timer = setTimeout(expire, ms)
  try {
    return await Promise.race([work(controller.signal), aborted])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
