import { StorgoError } from '@storgo/protocol'
import type { SlotLink } from './slot-link.ts'

/** Once some slots have answered, the others are taken for dead when none does for this long. */
const QUIET_MS = 3_000
/** While nobody answers, it is rather this machine or its network that is slow. */
const SILENCE_MS = 10_000

export type AskSlotsOptions<T> = {
  ask: (link: SlotLink, options: { signal: AbortSignal; timeoutMs: number }) => Promise<T>
  /** Whether these answers suffice, so that the others are waited for only a little longer. */
  isEnough: (answers: readonly T[]) => boolean
  graceMs: number
  onFailed: (link: SlotLink, error: unknown) => void
  signal?: AbortSignal | undefined
}

/** What slots said: `silent` ones have neither answered nor failed. */
export type SlotAnswers<T> = { answers: T[]; errors: unknown[]; silent: SlotLink[] }

/** Asks slots at once, and waits for those that may still answer. Rejects with the signal's reason when it aborts. */
export async function askSlots<T>(links: readonly SlotLink[], options: AskSlotsOptions<T>): Promise<SlotAnswers<T>> {
  const { ask, isEnough, graceMs, onFailed, signal: given } = options
  const ended = new AbortController()
  const signal = given ? AbortSignal.any([given, ended.signal]) : ended.signal
  const waiting = new Set(links)
  const answers: T[] = []
  const errors: unknown[] = []
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  let timer = setTimeout(end, SILENCE_MS)
  let enough = false
  const wait = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(end, ms)
  }
  const settle = (link: SlotLink) => {
    if (signal.aborted) return false
    waiting.delete(link)
    if (waiting.size === 0) end()
    return true
  }
  for (const link of links) {
    ask(link, { signal, timeoutMs: SILENCE_MS }).then(
      (answer) => {
        if (!settle(link)) return
        answers.push(answer)
        if (enough) return
        enough = isEnough(answers)
        wait(enough ? graceMs : QUIET_MS)
      },
      (error: unknown) => {
        if (!settle(link)) return
        errors.push(error)
        onFailed(link, error)
      },
    )
  }
  given?.addEventListener('abort', () => end(), { once: true, signal: ended.signal })
  if (links.length === 0 || given?.aborted) end()
  await over
  clearTimeout(timer)
  ended.abort(new Error('the answer is no longer of use'))
  given?.throwIfAborted()
  return { answers, errors, silent: [...waiting] }
}

/** Why a slot that has said nothing is not counted on. */
export function silence({ slot }: SlotLink): StorgoError {
  return new StorgoError('TIMED_OUT', `slot ${slot} does not answer`, { slot })
}
