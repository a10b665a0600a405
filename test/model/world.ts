/**
 * The bounds of a model: a volume of `n` slots, `k` of data, of which `q` certify; `terms`: one for every time that a writer
 * takes the pen (two of the same term are two writers that chose it at once); `writes`: new states for each of these.
 */
export type Bounds = { n: number; k: number; q: number; terms: readonly number[]; writes: number }

/** Faults put into the protocol, to see that the checker finds what they break. */
type Faults = {
  /** Slots give up an uncertified state for any higher term. */
  noRefusals?: boolean
  /** Receipts of several terms count together. */
  mixedTerms?: boolean
  /** What a slot promised is forgotten when it restarts, unless it has taken a state under it. */
  forgetfulPromises?: boolean
  /** Writers finish the state of the highest term, or none, whichever may have been certified. */
  highestTermOnly?: boolean
}

/**
 * `careless`: writers that hold the session key and keep no rule, as a thief would: they commit whatever they like onto any
 * certified state, several states of a nonce too. Promises and receipts they cannot forge. `keepPromises`: worlds that differ only
 * in the promises behind the same proofs are told apart.
 */
export type Model = Bounds & { careless?: boolean; faults?: Faults; keepPromises?: boolean }

/** A state of the volume: 0 is the empty one, 1 + attempt · writes + i the i-th that the attempt's writer signs. */
export type Value = number
export const EMPTY: Value = 0
export const NONE = -1

/** What a slot said when it promised: its certified state, the one on top of it (or NONE), and the term of its receipt. */
export type Said = { c: Value; u: Value; ut: number }

/**
 * A slot. `promised`: the attempt, or NONE; `c`: certified; `u`: on top of it, or NONE, with a receipt of term `ut`;
 * `signed`: a bit for every receipt that it has ever signed and that may still count; `said`: what it told attempts that have
 * not decided yet.
 */
export type Slot = Said & { promised: number; signed: number; said: readonly (Said | undefined)[] }

/**
 * What a writer's promises prove: a bit for every state that there is and that they refute, and one for every nonce of which
 * they refute all states that they do not name.
 */
export type Refusals = { values: number; nonces: number; promises: readonly Said[] }

/**
 * A writer that took the pen and decided. `completes`: another's state, or NONE; `parents`: of the states that it has signed so
 * far. `over`: it can never get enough promises any more.
 */
export type Attempt = 'asking' | 'over' | { completes: Value; parents: readonly Value[]; refusals: Refusals }

/** All but the slots. `certified`: a bit for every state of which q receipts of a term were ever signed, whoever has seen them. */
export type Rest = { attempts: readonly Attempt[]; certified: number }

export type World = Rest & { slots: readonly Slot[] }

export function stateOf({ writes }: Bounds, attempt: number, i: number): Value {
  return 1 + attempt * writes + i
}

/** The attempt that signed a state, and its number among those. */
export function originOf({ writes }: Bounds, value: Value): { attempt: number; i: number } {
  return { attempt: Math.floor((value - 1) / writes), i: (value - 1) % writes }
}

export function parentOf(model: Bounds, { attempts }: Pick<Rest, 'attempts'>, value: Value): Value {
  const { attempt, i } = originOf(model, value)
  const record = attempts[attempt]
  const parent = typeof record === 'object' ? record.parents[i] : undefined
  if (parent === undefined) throw new RangeError(`nobody signed state ${value}`)
  return parent
}

export function nonceOf(model: Bounds, rest: Pick<Rest, 'attempts'>, value: Value): number {
  return value === EMPTY ? 0 : 1 + nonceOf(model, rest, parentOf(model, rest, value))
}

/** Whether `value` is `ancestor` or descends from it. */
export function descends(model: Bounds, rest: Pick<Rest, 'attempts'>, value: Value, ancestor: Value): boolean {
  if (value === ancestor) return true
  return value !== EMPTY && descends(model, rest, parentOf(model, rest, value), ancestor)
}

export function isCertified({ certified }: Pick<Rest, 'certified'>, value: Value): boolean {
  return value === EMPTY || (certified & (1 << value)) !== 0
}

export function isHeld(slot: Said, value: Value): boolean {
  return slot.c === value || slot.u === value
}

/** The bit of a receipt in `signed`. */
export function receiptBit({ terms }: Bounds, value: Value, term: number): number {
  const bit = (value - 1) * Math.max(...terms) + term - 1
  if (bit > 30) throw new RangeError('too many receipts for one word')
  return 1 << bit
}

/** Every state that somebody has signed. */
export function signedValues(model: Bounds, { attempts }: Pick<Rest, 'attempts'>): Value[] {
  return attempts.flatMap((record, attempt) =>
    typeof record === 'object' ? record.parents.map((_, i) => stateOf(model, attempt, i)) : [],
  )
}

export function termOf({ terms }: Bounds, attempt: number): number {
  return terms[attempt] ?? 0
}

export function firstWorld({ n, terms }: Bounds): World {
  const said = terms.map(() => undefined)
  const slot: Slot = { promised: NONE, c: EMPTY, u: NONE, ut: 0, signed: 0, said }
  return { slots: Array.from({ length: n }, () => slot), attempts: terms.map(() => 'asking'), certified: 0 }
}
