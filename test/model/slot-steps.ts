import { type Answer, commit, mayTake } from './slot-step.ts'
import { isCertified, type Model, NONE, nonceOf, originOf, type Rest, type Slot, stateOf, type Value } from './world.ts'

/** What happens to a slot: a message arrives that changes it, or it looks after itself. */
export type SlotEvent =
  | { kind: 'promises'; attempt: number }
  | { kind: 'takes'; value: Value; attempt: number; answer: Answer }
  | { kind: 'is shown the certificate of' | 'catches up to'; value: Value }
  | { kind: 'restarts' }

/** What may happen to a slot, and the slot after it. */
export type SlotStep = { event: SlotEvent; next: Slot }

/** An event in words. */
export function inWords(event: SlotEvent): string {
  const { kind } = event
  if (kind === 'restarts') return kind
  if (kind === 'promises') return `promises term of writer ${event.attempt}`
  return kind === 'takes'
    ? `takes ${event.value} of writer ${event.attempt}: ${event.answer}`
    : `${kind} ${event.value}`
}

/** Commits that have been sent: any of them may arrive at any time. */
export function proposalsOf(model: Model, { attempts }: Rest): { value: Value; attempt: number }[] {
  return attempts.flatMap((record, attempt) => {
    if (typeof record !== 'object') return []
    const own = record.parents.map((_, i) => ({ value: stateOf(model, attempt, i), attempt }))
    return record.completes === NONE ? own : [{ value: record.completes, attempt }, ...own]
  })
}

/**
 * Everything that may happen to a slot.
 *
 * @param rebuildable the states that k slots hold: a bit each.
 */
export function slotSteps(model: Model, rest: Rest, slot: Slot, { rebuildable }: { rebuildable: number }): SlotStep[] {
  const steps: SlotStep[] = []
  for (const [attempt, record] of rest.attempts.entries()) {
    if (record !== 'asking' || slot.promised === attempt || !mayTake(model, slot, attempt)) continue
    const { c, u, ut } = slot
    const next = { ...slot, promised: attempt, said: slot.said.with(attempt, { c, u, ut }) }
    steps.push({ event: { kind: 'promises', attempt }, next })
  }
  for (const { value, attempt } of proposalsOf(model, rest)) {
    const { answer, next } = commit(model, rest, slot, { value, attempt })
    if (next === slot) continue
    // A writer that completes another's state has to rebuild the bytes.
    const needsBytes = answer !== 'reaccept' && originOf(model, value).attempt !== attempt && !model.careless
    if (needsBytes && (rebuildable & (1 << value)) === 0) continue
    steps.push({ event: { kind: 'takes', value, attempt, answer }, next })
  }
  if (slot.u !== NONE && isCertified(rest, slot.u)) {
    const next = { ...slot, c: slot.u, u: NONE, ut: 0 }
    steps.push({ event: { kind: 'is shown the certificate of', value: slot.u }, next })
  }
  const heldNonce = nonceOf(model, rest, slot.c)
  for (let value = 1; rebuildable >> value > 0; value++) {
    if ((rebuildable & (1 << value)) === 0 || value === slot.u || !isCertified(rest, value)) continue
    if (nonceOf(model, rest, value) <= heldNonce) continue
    steps.push({ event: { kind: 'catches up to', value }, next: { ...slot, c: value, u: NONE, ut: 0 } })
  }
  if (model.faults?.forgetfulPromises && slot.promised !== NONE) {
    const kept = slot.u === NONE ? NONE : model.terms.indexOf(slot.ut)
    if (kept !== slot.promised) steps.push({ event: { kind: 'restarts' }, next: { ...slot, promised: kept } })
  }
  return steps
}
