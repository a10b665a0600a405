import {
  type Attempt,
  type Bounds,
  type Model,
  nonceOf,
  parentOf,
  type Refusals,
  type Rest,
  type Said,
  signedValues,
  type Value,
} from './world.ts'

/**
 * Whether what slots said when they promised shows that `held` was not certified before, as docs/protocol/slot-commit.md
 * has it: by number, or by term where too few answered.
 */
export function isRefuted(model: Bounds, rest: Pick<Rest, 'attempts'>, held: Value, said: readonly Said[]): boolean {
  const { n, q } = model
  const nonce = nonceOf(model, rest, held)
  const isBelow = ({ c }: Said) => nonceOf(model, rest, c) < nonce
  if (said.filter((one) => isBelow(one) && one.u !== held).length > n - q) return true
  if (said.length < q || !said.every(isBelow)) return false

  const silent = n - said.length
  const parent = parentOf(model, rest, held)
  const onParent = said.filter(({ c, u }) => c === parent && u >= 0)
  const possible = onParent.filter(({ u }) => onParent.filter((other) => other.u === u).length + silent >= q)
  const own = possible.filter(({ u }) => u === held).map(({ ut }) => ut)
  return possible.some(({ ut }) => ut > Math.max(0, ...own))
}

/** What promises prove of the states that there are, and of those that somebody may sign later. */
export function refusalsOf(model: Model, rest: Pick<Rest, 'attempts'>, said: readonly Said[]): Refusals {
  const { n, q, terms, writes, keepPromises } = model
  const values = signedValues(model, rest).filter((value) => isRefuted(model, rest, value, said))
  let nonces = 0
  for (let nonce = 1; nonce <= terms.length * writes; nonce++) {
    if (said.filter(({ c }) => nonceOf(model, rest, c) < nonce).length > n - q) nonces |= 1 << nonce
  }
  const promises = keepPromises ? said : []
  return { values: values.reduce((mask, value) => mask | (1 << value), 0), nonces, promises }
}

/** The attempts once one of them has signed a new state, which the promises of all the others cannot have named. */
export function withNewValue(attempts: readonly Attempt[], value: Value, nonce: number): Attempt[] {
  return attempts.map((record) => {
    if (typeof record === 'string' || (record.refusals.nonces & (1 << nonce)) === 0) return record
    return { ...record, refusals: { ...record.refusals, values: record.refusals.values | (1 << value) } }
  })
}
