import { setTimeout as delay } from 'node:timers/promises'
import type { Child } from './child.ts'

const POLL_MS = 50

/**
 * Asks `probe` until it gives something.
 * @throws {Error} when `child` ends first, or after `timeoutMs`; both say where its log is.
 */
export async function waitUntil<Value>(
  child: Child,
  what: string,
  timeoutMs: number,
  probe: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs
  let ending: string | undefined
  void child.ended.then((how) => {
    ending = how
  })
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (ending !== undefined)
      throw new Error(`${child.name} ended (${ending}) before ${what}; its log: ${child.logFile}`)
    if (performance.now() > deadline)
      throw new Error(`${child.name}: no ${what} within ${timeoutMs / 1000} s; its log: ${child.logFile}`)
    await delay(POLL_MS)
  }
}
