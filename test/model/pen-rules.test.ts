// Ties protocol/src/pen to the model: along random walks, and at every world of a small bound, every message that may arrive
// at every slot is answered by the real rules as by the model, and every writer decides the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide as decideReally, mayPromise, placeCommit, type SlotHolding, type SlotMemory } from '@storgo/protocol'
import fc from 'fast-check'
import { decide } from './decide.ts'
import { DOMAIN, digestOf, EPOCH, outcomeOf, penOf, promiseOf, signedOf } from './fixtures/real-words.ts'
import { commit, mayTake } from './slot-step.ts'
import { proposalsOf } from './slot-steps.ts'
import { movesOf, walk } from './walk.ts'
import { firstWorld, type Model, NONE, nonceOf, type Said, type Slot, termOf, type World } from './world.ts'

const SIX: Model = { n: 6, k: 4, q: 5, terms: [1, 2, 3, 4], writes: 1, keepPromises: true }
const MODELS: Model[] = [
  SIX,
  { ...SIX, terms: [1, 2, 2, 3] },
  { ...SIX, careless: true },
  { n: 3, k: 1, q: 2, terms: [1, 2, 3, 4], writes: 1, keepPromises: true },
  { n: 5, k: 1, q: 3, terms: [1, 2, 3], writes: 2, keepPromises: true },
  { n: 4, k: 2, q: 3, terms: [1, 2, 3], writes: 2, keepPromises: true, careless: true },
]

function memoryOf(model: Model, world: World, { promised, c, u, ut }: Slot): SlotMemory {
  const ref = (value: number) => ({
    nonce: BigInt(nonceOf(model, world, value)),
    digest: digestOf(model, world, value),
  })
  return {
    promised:
      promised === NONE
        ? { term: 0n, pen: new Uint8Array(0) }
        : { term: BigInt(termOf(model, promised)), pen: penOf(promised) },
    ...(c > 0 && { certified: ref(c) }),
    ...(u !== NONE && { latest: { ...ref(u), term: BigInt(ut) } }),
  }
}

/** What a slot remembers after the real rules placed a commit. */
function after(memory: SlotMemory, commit: Parameters<typeof placeCommit>[1], kind: string): SlotMemory {
  const { digest, term, pen, state, parent } = commit
  const latest = { nonce: state.nonce, digest, term }
  const promised = { term, pen }
  if (kind === 'held') return memory
  if (kind === 'onto latest') return { promised, ...(parent && { certified: parent }), latest }
  return { promised, ...(memory.certified && { certified: memory.certified }), latest }
}

/** Lets every message arrive at every slot, and has every writer decide, in both. @returns the answers. */
function compare(model: Model, world: World): string[] {
  const answers: string[] = []
  const { attempts } = world
  for (const slot of new Set(world.slots)) {
    const memory = memoryOf(model, world, slot)
    for (const attempt of attempts.keys()) {
      const wanted = { term: BigInt(termOf(model, attempt)), pen: penOf(attempt) }
      const answer = outcomeOf(() => {
        mayPromise(memory, wanted)
        return 'promises'
      })
      assert.equal(answer, mayTake(model, slot, attempt) ? 'promises' : 'PEN_TAKEN')
    }
    for (const { value, attempt } of proposalsOf(model, world)) {
      const { state } = signedOf(model, world, value)
      const record = attempts[attempt]
      const promises = typeof record === 'object' ? record.refusals.promises : []
      const proposed = {
        ...{ state, digest: digestOf(model, world, value) },
        ...{ term: BigInt(termOf(model, attempt)), pen: penOf(attempt) },
        ...(state.nonce > 1n && { parent: { nonce: state.nonce - 1n, digest: state.parent } }),
        refusals: promises.map((said, i) => promiseOf(model, world, said, { slot: i, attempt })),
      }
      const answer = outcomeOf(() => {
        const placement = placeCommit(memory, proposed, model)
        return placement.kind === 'onto' ? `onto ${placement.base}` : placement.kind
      })
      const expected = commit(model, world, slot, { value, attempt })
      assert.equal(answer, expected.answer)
      const changes = ['held', 'reaccept', 'replaces', 'onto certified', 'onto latest'].includes(answer)
      const next = changes ? after(memory, proposed, answer) : memory
      assert.deepEqual(next, memoryOf(model, world, expected.next))
      answers.push(answer)
    }
  }
  for (const attempt of attempts.keys()) {
    const said = world.slots.flatMap((slot) => slot.said[attempt] ?? [])
    if (said.length >= model.q) answers.push(compareDecision(model, world, said))
  }
  return answers
}

function compareDecision(model: Model, world: World, said: readonly Said[]): string {
  const { base, completes } = decide(model, world, said)
  const holdings = said.map(({ c, u, ut }, slot): SlotHolding<number> => {
    const receipt = (other: number, term: number) => ({
      slot: other,
      term: BigInt(term),
      signature: new Uint8Array(64),
    })
    const epoch = EPOCH
    return {
      slot,
      ...(c > 0 && {
        certified: {
          certificate: {
            signed: signedOf(model, world, c),
            receipts: said.map((_, i) => ({ ...receipt(i, 9), epoch })),
          },
          headRecord: c,
        },
      }),
      ...(u !== NONE && {
        latest: {
          signed: signedOf(model, world, u),
          digest: digestOf(model, world, u),
          receipt: { ...receipt(slot, ut), epoch },
          headRecord: u,
        },
      }),
    }
  })
  const decision = decideReally(holdings, { ...model, domain: DOMAIN })
  assert.equal(decision.certified?.headRecord ?? 0, base)
  const { next } = decision
  assert.equal(next.kind === 'complete' ? next.headRecord : NONE, completes)
  const holders = said.flatMap(({ c, u }, slot) => (c === base || u === base ? [slot] : []))
  assert.deepEqual([...decision.holders].toSorted(), holders)
  return next.kind
}

/** Every answer of a slot, and everything that a writer may have to do first. */
const ANSWERS = [
  ...['PEN_TAKEN', 'STATE_STALE', 'STATE_UNFINISHED', 'REFUSALS_MISSING'],
  ...['held', 'reaccept', 'onto certified', 'onto latest', 'replaces'],
  ...['write', 'complete', 'undo'],
]

test('the real rules of the pen answer as the model does along random walks', (context) => {
  const answers = new Map<string, number>()
  const choices = fc.array(fc.nat(1_000_000), { minLength: 60, maxLength: 200, size: 'max' })
  for (const model of MODELS) {
    fc.assert(
      fc.property(choices, (numbers) => {
        for (const { move } of walk(model, numbers)) {
          for (const answer of compare(model, move.next)) answers.set(answer, (answers.get(answer) ?? 0) + 1)
        }
      }),
      { numRuns: 50 },
    )
  }
  context.diagnostic(ANSWERS.map((answer) => `${answer} ${answers.get(answer)}`).join(', '))
  for (const answer of ANSWERS) assert.ok((answers.get(answer) ?? 0) > 0, answer)
})

test('the real rules of the pen answer as the model does at every world of a small bound', (context) => {
  const model: Model = { n: 3, k: 1, q: 2, terms: [1, 2], writes: 1, keepPromises: true }
  const seen = new Set<string>()
  const queue = [firstWorld(model)]
  let answers = 0
  for (let world = queue.pop(); world !== undefined; world = queue.pop()) {
    answers += compare(model, world).length
    for (const { next } of movesOf(model, world)) {
      const key = JSON.stringify({ ...next, slots: next.slots.map((slot) => JSON.stringify(slot)).sort() })
      if (seen.has(key)) continue
      seen.add(key)
      queue.push(next)
    }
  }
  context.diagnostic(`${seen.size} worlds, ${answers} answers compared`)
})
