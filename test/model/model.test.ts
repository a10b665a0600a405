// Every interleaving of a bounded world: no two histories, nothing certified is lost, and a writer alone can always write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore } from './explore.ts'
import type { Model } from './world.ts'

const { STORGO_TEST_FULL: full } = process.env
const FOUR_AND_TWO = { n: 6, k: 4, q: 5 }

/** Kinds of steps without which little would have been seen. */
const EVERYWHERE = ['promises', 'onto certified', 'is shown the certificate of', 'writes']

/** Explores the whole of a model and prints its size. */
function holds(name: string, model: Model): void {
  test(`${name}: ${wordsOf(model)}`, (context) => {
    const { violation, isWhole, kinds, worlds, transitions, depth, seconds } = explore(model, {
      liveness: !model.careless,
    })
    assert.equal(violation, undefined, `${violation?.message}\n${violation?.trace.join('\n')}`)
    assert.ok(isWhole)
    // With q = n a state that nobody has seen certified was not: there is nothing to complete.
    const completes = model.careless || model.q === model.n ? [] : ['completes']
    for (const kind of [...EVERYWHERE, ...completes]) assert.ok(kinds.has(kind), kind)
    const size = `${worlds} worlds, ${transitions} transitions, at most ${depth} steps deep`
    context.diagnostic(`${wordsOf(model)}: ${size}, ${seconds.toFixed(1)} s`)
  })
}

function wordsOf({ n, k, q, terms, writes }: Model): string {
  const pens = `the pen taken ${terms.length} times (terms ${terms.join(', ')})`
  return `${n} slots, k = ${k}, q = ${q}, ${pens}, ${writes} new ${writes === 1 ? 'state' : 'states'} each`
}

holds('writers that keep the rules', { ...FOUR_AND_TWO, terms: [1, 2, 3], writes: 1 })
holds('writers that keep the rules', { ...FOUR_AND_TWO, terms: [1, 2], writes: 2 })
holds('writers that choose one term at once', { ...FOUR_AND_TWO, terms: [1, 2, 2], writes: 1 })
holds('writers that keep the rules', { n: 3, k: 1, q: 2, terms: [1, 2, 3], writes: 1 })
holds('writers that keep the rules', { n: 3, k: 1, q: 2, terms: [1, 2], writes: 3 })
holds('writers that choose one term at once', { n: 3, k: 1, q: 2, terms: [1, 2, 2, 3], writes: 1 })
holds('writers that keep the rules', { n: 4, k: 2, q: 3, terms: [1, 2, 3], writes: 1 })
holds('writers that keep the rules', { n: 3, k: 2, q: 3, terms: [1, 2, 3], writes: 2 })
holds('writers that keep no rule', { ...FOUR_AND_TWO, terms: [1, 2], writes: 1, careless: true })
holds('writers that keep no rule', { n: 4, k: 2, q: 3, terms: [1, 2], writes: 2, careless: true })

if (full !== undefined && full !== '') {
  holds('writers that keep the rules', { ...FOUR_AND_TWO, terms: [1, 2, 3], writes: 2 })
  holds('writers that keep the rules', { n: 3, k: 1, q: 2, terms: [1, 2, 3, 4], writes: 1 })
  holds('writers that keep the rules', { n: 3, k: 1, q: 2, terms: [1, 2, 3], writes: 2 })
  holds('writers that keep the rules', { n: 5, k: 1, q: 3, terms: [1, 2, 3], writes: 1 })
  holds('writers that keep no rule', { n: 4, k: 2, q: 3, terms: [1, 2, 3], writes: 1, careless: true })
}
