import { isStorgoError } from '@storgo/protocol'

/** Waits before the second and the third attempt. */
const BACKOFF_MS = [100, 400]

/**
 * Asks a peer whose connection broke once or twice more: a busy machine drops streams, and connections end. A peer that
 * cannot be connected to, or is silent, is not asked again.
 * @param repeatable whether `ask` may be repeated although the peer may have got it; else only if it cannot have.
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  { repeatable, signal }: { repeatable: boolean; signal?: AbortSignal | undefined },
): Promise<T> {
  for (const backoffMs of BACKOFF_MS) {
    try {
      return await ask()
    } catch (error) {
      if (signal?.aborted || !isBroken(error, repeatable)) throw error
      await new Promise((resolve) => setTimeout(resolve, backoffMs))
    }
  }
  return ask()
}

function isBroken(error: unknown, repeatable: boolean): boolean {
  if (!isStorgoError(error, 'PEER_UNREACHABLE')) return false
  // Named by net/exchange.ts when the peer did not take the stream, and so nothing of the request.
  const refused = error.details['protocol'] !== undefined
  // Named by net/connection-to.ts when there was no connection to be had.
  const noConnection = error.details['operator'] !== undefined
  return refused || (repeatable && !noConnection)
}
