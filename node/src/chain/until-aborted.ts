/** Rejects with the signal's reason when that aborts first; the call itself ends by its own deadline. */
export async function untilAborted<Result>(call: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([call, promise])
  } catch (error) {
    // Whoever stops waiting must not leave a rejection that nobody handles.
    call.catch(() => {})
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
