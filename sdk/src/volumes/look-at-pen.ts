import { refusalOf } from './refusal.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

/** A slot that has not answered after this long is not waited for. */
const ANSWER_MS = 3_000
/** Once q have answered, how long the others are still waited for. */
const GRACE_MS = 300
/** A slot that has promised a term this far above the others' lies; following it would use up the terms there are. */
const FAR_OFF = 2n ** 32n

/** How things are with a volume's pen. Hints, not proofs: nothing of it is verified. */
export type PenOutlook = {
  /** The highest term promised, by a slot that may be believed. */
  highestTerm: bigint
  /** Whether more slots than may lie say that a writer is at work. */
  busy: boolean
}

export type LookAtPenOptions = { health: SlotHealth; troubles: SlotTroubles; signal: AbortSignal }

/**
 * Asks all slots whether a writer is at work and which terms they have promised, so as to disturb nobody.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than q answer; what the slots refused with, when they all refused for
 * the same reason and it lies with the request. Rejects with the signal's reason when it aborts.
 */
export async function lookAtPen(
  { volumeId, links, q }: VolumeRecord,
  { health, troubles, signal }: LookAtPenOptions,
): Promise<PenOutlook> {
  const terms: bigint[] = []
  const errors: unknown[] = []
  let busy = 0
  const enough = Promise.withResolvers<void>()
  const everyone = Promise.all(
    links.map(async (link) => {
      try {
        const reply = await link.state({ timeoutMs: ANSWER_MS, signal })
        terms.push(reply.promisedTerm)
        if (reply.busy) busy++
        if (terms.length >= q) enough.resolve()
      } catch (error) {
        if (signal.aborted) return
        errors.push(error)
        health.failed(link.slot, error)
        troubles.tell(link, error, 'going on without it')
      }
    }),
  )
  await Promise.race([everyone, enough.promise])
  const grace = Promise.withResolvers<void>()
  const timer = setTimeout(grace.resolve, GRACE_MS)
  await Promise.race([everyone, grace.promise])
  clearTimeout(timer)
  signal.throwIfAborted()
  if (terms.length < q) {
    const shortage = { volumeId, slots: links.length, good: terms.length, needed: q }
    throw refusalOf(errors, { ...shortage, what: 'answered' })
  }
  return { highestTerm: believable(terms, q), busy: busy > links.length - q }
}

/** The highest of those that are not far above what a quorum has promised. */
export function believable(terms: readonly bigint[], q: number): bigint {
  const rising = terms.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const common = rising[Math.min(q, rising.length) - 1] ?? 0n
  return rising.findLast((term) => term <= common + FAR_OFF) ?? 0n
}
