// The checker can find faults: each of these breaks the protocol on purpose, and a shortest way to the harm is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore } from './explore.ts'
import type { Model } from './world.ts'

/** @param harm what the violation says. */
function finds(name: string, model: Model, harm: RegExp): void {
  test(name, (context) => {
    const { violation, worlds, seconds } = explore(model, { liveness: model.careless !== true })
    assert.match(violation?.message ?? 'nothing', harm)
    context.diagnostic(`found after ${worlds} worlds, ${seconds.toFixed(1)} s: ${violation?.message}`)
    for (const step of violation?.trace ?? []) context.diagnostic(step)
  })
}

const FOUR_AND_TWO = { n: 6, k: 4, q: 5, terms: [1, 2], writes: 1 }

finds(
  'without refusals a stolen session key undoes a certified state',
  { ...FOUR_AND_TWO, careless: true, faults: { noRefusals: true } },
  /certified state 1 is held by 4 slots only/,
)
finds(
  'receipts of two terms would certify a state that fewer than q slots hold',
  { n: 5, k: 1, q: 3, terms: [1, 2, 3], writes: 1, faults: { mixedTerms: true } },
  /certified state 1 is held by 2 slots only/,
)
finds(
  'slots that forget promises when they restart let an earlier writer undo a certified state, or write beside it',
  { ...FOUR_AND_TWO, faults: { forgetfulPromises: true } },
  /certified state 1 is held by 4 slots only|both certified/,
)
finds(
  'writers that look at the highest term only come to a halt: what they do not complete cannot be refuted',
  { ...FOUR_AND_TWO, faults: { highestTermOnly: true } },
  /cannot write: state 1 cannot be refuted/,
)
finds(
  'with ⌊m/2⌋ ≥ k a stolen session key can undo a state before its slots are shown the certificate, as documented',
  { n: 3, k: 1, q: 2, terms: [1, 2, 3], writes: 1, careless: true },
  /certified state 1 is held by 1 slots only/,
)
