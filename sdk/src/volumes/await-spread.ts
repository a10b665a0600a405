import type { Committed } from './slot-fleet.ts'

/** How a state was taken: by how many slots, and whether by all n of them. */
export type Spread = { nonce: bigint; receipts: number; full: boolean }

/** Waits for the slots that were not among the first q, at most `waitMs`. Rejects with the signal's reason when it aborts. */
export async function awaitSpread(
  { certificate, spread }: Committed,
  { n, waitMs, signal }: { n: number; waitMs: number; signal: AbortSignal },
): Promise<Spread> {
  signal.throwIfAborted()
  const stopped = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => stopped.resolve(undefined), waitMs)
  const abort = () => stopped.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const spreadTo = await Promise.race([spread, stopped.promise])
    const receipts = (spreadTo ?? certificate).receipts.length
    return { nonce: certificate.signed.state.nonce, receipts, full: receipts === n }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
