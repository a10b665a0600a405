import { decide } from './decide.ts'
import { refusalsOf, withNewValue } from './refusals.ts'
import {
  type Attempt,
  isCertified,
  type Model,
  NONE,
  nonceOf,
  originOf,
  type Rest,
  type Said,
  signedValues,
  stateOf,
  termOf,
  type Value,
} from './world.ts'

/** What a writer may do, in words too, and all writers after it. */
export type WriterStep = { kind: 'writes' | 'completes' | 'asks no more'; what: string; next: readonly Attempt[] }

/**
 * Everything that the writer of an attempt may do. That it crashes instead is not doing it; that another writer goes on is
 * another attempt.
 *
 * @param said the promises that it got, in any order.
 */
export function writerSteps(model: Model, rest: Rest, attempt: number, said: readonly Said[]): WriterStep[] {
  const record = rest.attempts[attempt]
  if (record === undefined || record === 'over') return []
  if (record === 'asking') {
    if (!model.careless) return decisions(model, rest, attempt, said)
    const next = { completes: NONE, parents: [], refusals: refusalsOf(model, rest, inOrder(said)) }
    return [{ kind: 'asks no more', what: 'asks no more', next: rest.attempts.with(attempt, next) }]
  }
  if (model.careless) return carelessSteps(model, rest, attempt, record)
  if (record.parents.length === model.writes) return []
  const last = record.parents.length === 0 ? record.completes : stateOf(model, attempt, record.parents.length - 1)
  return isCertified(rest, last) ? [write(model, rest, attempt, last)] : []
}

function decisions(model: Model, rest: Rest, attempt: number, said: readonly Said[]): WriterStep[] {
  return choices(said, model.q).map((answers): WriterStep => {
    const { base, completes } = decide(model, rest, answers)
    const refusals = refusalsOf(model, rest, answers)
    const decided = { ...rest, attempts: rest.attempts.with(attempt, { completes, parents: [], refusals }) }
    const { kind, what, next }: WriterStep =
      completes === NONE
        ? write(model, decided, attempt, base)
        : { kind: 'completes', what: `completes ${completes}`, next: decided.attempts }
    return { kind, what: `${what}, with ${answers.length} promises`, next }
  })
}

/** The writer signs a new state. */
function write(model: Model, rest: Rest, attempt: number, parent: Value): WriterStep {
  const record = rest.attempts[attempt]
  if (typeof record !== 'object') throw new RangeError('it has not decided')
  const value = stateOf(model, attempt, record.parents.length)
  const attempts = rest.attempts.with(attempt, { ...record, parents: [...record.parents, parent] })
  const next = withNewValue(attempts, value, nonceOf(model, { attempts }, value))
  return { kind: 'writes', what: `writes ${value} onto ${parent}`, next }
}

/** Any state onto any certified one, and anybody's state again, whatever the promises said. */
function carelessSteps(model: Model, rest: Rest, attempt: number, record: Exclude<Attempt, string>): WriterStep[] {
  const known = signedValues(model, rest)
  const steps: WriterStep[] = []
  if (record.parents.length < model.writes) {
    const parents = [0, ...known].filter((value) => isCertified(rest, value))
    for (const parent of parents) steps.push(write(model, rest, attempt, parent))
  }
  for (const value of known) {
    const { attempt: origin } = originOf(model, value)
    if (record.completes !== NONE || origin === attempt || isCertified(rest, value)) continue
    // A slot refuses a state of a later term than the commit's.
    if (termOf(model, attempt) < termOf(model, origin)) continue
    steps.push({
      kind: 'completes',
      what: `completes ${value}`,
      next: rest.attempts.with(attempt, { ...record, completes: value }),
    })
  }
  return steps
}

/** Every choice of at least `least` of the promises, up to the order of slots. */
function choices(said: readonly Said[], least: number): Said[][] {
  const found = new Map<string, Said[]>()
  const choose = (from: number, chosen: readonly Said[]) => {
    if (chosen.length + said.length - from < least) return
    if (from === said.length) {
      const ordered = inOrder(chosen)
      found.set(ordered.map(({ c, u, ut }) => `${c},${u},${ut}`).join(' '), ordered)
      return
    }
    choose(from + 1, chosen)
    choose(from + 1, [...chosen, said[from] as Said])
  }
  choose(0, [])
  return [...found.values()]
}

function inOrder(said: readonly Said[]): Said[] {
  return said.toSorted((a, b) => a.c - b.c || a.u - b.u || a.ut - b.ut)
}
