import { EMPTY, isHeld, type Model, NONE, nonceOf, type Rest, type Said, type Value } from './world.ts'

/** The certified state that a writer believes in, and the one it has to complete first, or NONE. */
export type Decision = { base: Value; completes: Value }

/** What a writer does with at least q promises: docs/protocol/slot-pen.md. */
export function decide(model: Model, rest: Rest, said: readonly Said[]): Decision {
  const { n, q, faults } = model
  const nonce = (value: Value) => nonceOf(model, rest, value)
  let base = EMPTY
  const believe = (value: Value) => {
    if (nonce(value) > nonce(base)) base = value
  }
  for (const one of said) {
    believe(one.c)
    const receipts = said.filter(({ u, ut }) => u === one.u && (ut === one.ut || faults?.mixedTerms))
    if (one.u !== NONE && receipts.length >= q) believe(one.u)
  }
  const above = said.filter(({ u }) => u !== NONE && nonce(u) === nonce(base) + 1)
  const mayBeCertified = ({ u }: Said) => said.filter((other) => isHeld(other, u)).length + n - said.length >= q
  const byTerm = above.toSorted((a, b) => b.ut - a.ut)
  const highest = byTerm[0]
  if (faults?.highestTermOnly) {
    return { base, completes: highest !== undefined && mayBeCertified(highest) ? highest.u : NONE }
  }
  return { base, completes: byTerm.find(mayBeCertified)?.u ?? NONE }
}
