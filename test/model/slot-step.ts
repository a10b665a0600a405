import { type Model, NONE, parentOf, type Rest, receiptBit, type Slot, termOf, type Value } from './world.ts'

/** How a slot answers a commit, in the words of docs/protocol/slot-commit.md. */
export type Answer =
  | 'PEN_TAKEN'
  | 'STATE_STALE'
  | 'STATE_UNFINISHED'
  | 'REFUSALS_MISSING'
  | 'held'
  | 'reaccept'
  | 'onto certified'
  | 'onto latest'
  | 'replaces'

/** Whether a slot takes anything of this attempt. */
export function mayTake(model: Model, { promised }: Slot, attempt: number): boolean {
  return promised === NONE || promised === attempt || termOf(model, attempt) > termOf(model, promised)
}

/** What a slot answers to the commit of `value` under the term of `attempt`, and what it is afterwards. */
export function commit(
  model: Model,
  rest: Rest,
  slot: Slot,
  { value, attempt }: { value: Value; attempt: number },
): { answer: Answer; next: Slot } {
  const term = termOf(model, attempt)
  const refuse = (answer: Answer) => ({ answer, next: slot })
  const take = (answer: Answer, c: Value) => ({
    answer,
    next: { ...slot, promised: attempt, c, u: value, ut: term, signed: slot.signed | receiptBit(model, value, term) },
  })
  if (!mayTake(model, slot, attempt)) return refuse('PEN_TAKEN')
  if (slot.u === value) return term > slot.ut ? take('reaccept', slot.c) : refuse('held')
  if (slot.c === value) return refuse('held')
  const parent = parentOf(model, rest, value)
  if (slot.u !== NONE && slot.u === parent) return take('onto latest', slot.u)
  if (slot.c !== parent) return refuse('STATE_STALE')
  if (slot.u === NONE) return take('onto certified', slot.c)
  if (slot.ut === term) return refuse('STATE_UNFINISHED')
  const record = rest.attempts[attempt]
  const isRefuted = typeof record === 'object' && (record.refusals.values & (1 << slot.u)) !== 0
  if (isRefuted || model.faults?.noRefusals) return take('replaces', slot.c)
  return refuse('REFUSALS_MISSING')
}
