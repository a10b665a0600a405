import { type ErrorDetails, StorgoError } from '@storgo/protocol'

/** `what` completes the sentence "… took longer than". */
export type Deadline = { ms: number; what: string; details?: ErrorDetails; signal?: AbortSignal | undefined }

/**
 * Runs `work` with a signal that aborts at the deadline or with `signal`, and settles then even if `work` does not listen.
 *
 * @throws {StorgoError} `TIMED_OUT` at the deadline. Rejects with `signal`'s reason when that aborts.
 */
export async function withDeadline<T>(
  { ms, what, details = {}, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  const onAbort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const expire = () =>
    controller.abort(new StorgoError('TIMED_OUT', `${what} took longer than ${ms} ms.`, { ...details, ms }))
  const timer = setTimeout(expire, ms)
  try {
    return await Promise.race([work(controller.signal), aborted])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
