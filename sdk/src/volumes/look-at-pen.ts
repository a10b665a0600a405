import { askSlots, silence } from './ask-slots.ts'
import { refusalOf } from './refusal.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

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
  const { answers, errors, silent } = await askSlots(links, {
    ask: (link, options) => link.state(options),
    isEnough: (some) => some.length >= q,
    graceMs: GRACE_MS,
    onFailed: (link, error) => {
      health.failed(link.slot, error)
      troubles.tell(link, error, 'going on without it')
    },
    signal,
  })
  const terms = answers.map(({ promisedTerm }) => promisedTerm)
  const busy = answers.filter((answer) => answer.busy).length
  if (terms.length < q) {
    const shortage = { volumeId, slots: links.length, good: terms.length, needed: q }
    for (const link of silent) troubles.tell(link, silence(link), 'going on without it')
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
