/** Halves of the patience with a slot that is waited for it while no other slot has answered either. */
const MOST_HALVES = 6

/** What a reader sees each time that half of its patience with a slot has passed. */
export type Waiting = {
  /** Halves that have passed, this one included. */
  halves: number
  /** Whether another slot has answered something asked since. */
  othersAnswered: boolean
  /** Whether another slot has been heard of in this half … */
  othersHeard: boolean
  /** … and owes more yet. */
  othersBring: boolean
  /** Whether the slot may be silent because the network is, or was until a while ago. */
  isComingBack: boolean
}

/**
 * Whether to `wait` for a slot; to `look` whether anybody else is there, and wait; or to `go round` it.
 *
 * While no other slot has answered anything asked since, the machine or the network is slow rather than the slot, and asking yet
 * others would make it slower: then three times as long is waited. While nobody is heard of at all, the network is away: what was
 * asked is on its way, and asking others would only bring the same bytes once more. So nobody is gone round unless somebody else
 * has just been heard of; where none of the others has anything to say they are asked in time, so that it costs none.
 */
export function whetherToWait(waiting: Waiting): 'wait' | 'look' | 'go round' {
  const { halves, othersAnswered, othersHeard, othersBring, isComingBack } = waiting
  const dueHalves = othersAnswered ? 2 : MOST_HALVES
  if (halves < dueHalves - 1) return 'wait'
  if (halves < dueHalves) return othersBring ? 'wait' : 'look'
  if (!othersHeard) return 'look'
  return isComingBack ? 'wait' : 'go round'
}
