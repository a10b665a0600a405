import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { sha256 } from '#platform'
import { isStorgoError } from '../errors.ts'
import type { PenPromise } from '../state/pen-promise.ts'
import { stateDigest } from '../state/state.ts'
import type { Epoch } from '../units.ts'
import { decide, type SlotHolding } from './decide.ts'
import {
  decideSlowly,
  isRefutedSlowly,
  placeSlowly,
  type SlowCommit,
  type SlowHolding,
  type SlowMemory,
  type SlowPromise,
  type SlowState,
} from './pen.reference.ts'
import { isRefuted } from './refusals.ts'
import { mayPromise, placeCommit, type SlotMemory } from './slot-rules.ts'

const ZERO = new Uint8Array(32)
const digestOf = (name: string) => (name === '' ? ZERO : sha256(new TextEncoder().encode(name)))
const penOf = (name: string) => (name === '' ? new Uint8Array(0) : digestOf(name).subarray(0, 16))

/** States that meet: two or three of a nonce, each on one of those before. */
const STATES: SlowState[] = [
  { name: 'a', nonce: 1, parent: '' },
  { name: 'b', nonce: 1, parent: '' },
  { name: 'c', nonce: 1, parent: '' },
  { name: 'aa', nonce: 2, parent: 'a' },
  { name: 'ab', nonce: 2, parent: 'a' },
  { name: 'ba', nonce: 2, parent: 'b' },
  { name: 'aaa', nonce: 3, parent: 'aa' },
]
const SHAPES = [
  { n: 6, q: 5 },
  { n: 3, q: 2 },
  { n: 5, q: 3 },
  { n: 2, q: 2 },
  { n: 1, q: 1 },
]
const aShape = fc.constantFrom(...SHAPES)
const aState = fc.constantFrom(...STATES)
const aTerm = fc.integer({ min: 1, max: 4 })
const aPen = fc.constantFrom('p', 'r')
const parentStateOf = (state: SlowState) => STATES.find(({ name }) => name === state.parent)

const aMemory: fc.Arbitrary<SlowMemory> = fc
  .record({ top: fc.option(aState), isCertified: fc.boolean(), taken: aTerm, more: fc.nat(2), pen: aPen })
  .map(({ top, isCertified, taken, more, pen }) => {
    const promised = { term: taken + more, pen }
    if (top === null)
      return { promised: { term: more, pen: more === 0 ? '' : pen }, certified: undefined, latest: undefined }
    if (isCertified) return { promised, certified: top, latest: undefined }
    return { promised, certified: parentStateOf(top), latest: { state: top, term: taken } }
  })

const aPromise = (n: number, term: number): fc.Arbitrary<SlowPromise> =>
  fc
    .record({ slot: fc.nat(n - 1), memory: aMemory, otherTerm: fc.nat(9) })
    .map(({ slot, memory: { certified, latest }, otherTerm }) => ({
      slot,
      term: otherTerm === 0 ? term + 1 : term,
      certified: certified?.nonce ?? 0,
      latest: latest?.state.name ?? '',
      latestTerm: latest?.term ?? 0,
    }))

function memoryOf({ promised, certified, latest }: SlowMemory): SlotMemory {
  const ref = ({ name, nonce }: SlowState) => ({ nonce: BigInt(nonce), digest: digestOf(name) })
  return {
    promised: { term: BigInt(promised.term), pen: penOf(promised.pen) },
    ...(certified && { certified: ref(certified) }),
    ...(latest && { latest: { ...ref(latest.state), term: BigInt(latest.term) } }),
  }
}

function promiseOf({ slot, term, certified, latest, latestTerm }: SlowPromise): PenPromise {
  return {
    slot,
    term: BigInt(term),
    certified: BigInt(certified),
    latest: digestOf(latest),
    latestTerm: BigInt(latestTerm),
    signature: new Uint8Array(64),
  }
}

test('a slot places a commit as the slow rules do', () => {
  const seen = new Map<string, number>()
  const aCase = fc.tuple(aShape, aTerm, aMemory, aState).chain(([shape, term, memory, state]) =>
    fc.record({
      shape: fc.constant(shape),
      memory: fc.constant(memory),
      state: fc.constant(state),
      term: fc.constant(term + 1),
      pen: aPen,
      parent: fc.oneof({ weight: 5, arbitrary: fc.constant(parentStateOf(state)) }, { weight: 1, arbitrary: aState }),
      refusals: fc.array(aPromise(shape.n, term + 1), { maxLength: 8 }),
    }),
  )
  fc.assert(
    fc.property(aCase, ({ shape, memory, state, term, pen, parent, refusals }) => {
      const commit: SlowCommit = { state, term, pen, parent, refusals }
      const outcome = outcomeOf(() => {
        const placement = placeCommit(
          memoryOf(memory),
          {
            state: { nonce: BigInt(state.nonce), parent: digestOf(state.parent) },
            digest: digestOf(state.name),
            term: BigInt(term),
            pen: penOf(pen),
            ...(parent && { parent: { nonce: BigInt(parent.nonce), digest: digestOf(parent.name) } }),
            refusals: refusals.map(promiseOf),
          },
          shape,
        )
        return placement.kind === 'onto' ? `onto ${placement.base}` : placement.kind
      })
      assert.equal(outcome, placeSlowly(memory, commit, shape))
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    }),
    { numRuns: 4000 },
  )
  // Every outcome is met, so that each is compared.
  assert.equal(seen.size, 10, [...seen].join(' '))
})

test('a slot promises a later term, or again what it has promised, and nothing else', () => {
  const { promised } = memoryOf({ promised: { term: 5, pen: 'p' }, certified: undefined, latest: undefined })
  mayPromise({ promised }, { term: 6n, pen: penOf('r') })
  mayPromise({ promised }, { term: 5n, pen: penOf('p') })
  for (const wanted of [
    { term: 5n, pen: penOf('r') },
    { term: 4n, pen: penOf('p') },
  ]) {
    assert.throws(() => mayPromise({ promised }, wanted), {
      code: 'PEN_TAKEN',
      details: { term: wanted.term, heldTerm: 5n },
    })
  }
})

test('a held state is refuted as the slow rules do', () => {
  const refuted = { yes: 0, no: 0 }
  const aCase = aShape.chain((shape) =>
    fc.record({ shape: fc.constant(shape), held: aState, promises: fc.array(aPromise(shape.n, 5), { maxLength: 9 }) }),
  )
  fc.assert(
    fc.property(aCase, ({ shape, held, promises }) => {
      const ref = { nonce: BigInt(held.nonce), digest: digestOf(held.name) }
      const outcome = isRefuted(ref, promises.map(promiseOf), 5n, shape)
      assert.equal(outcome, isRefutedSlowly(held, promises, 5, shape))
      refuted[outcome ? 'yes' : 'no'] += 1
    }),
    { numRuns: 3000 },
  )
  assert.ok(refuted.yes > 300 && refuted.no > 300)
})

test('with k > ⌊m/2⌋ nothing but n − q + 1 refusals makes a slot give up a state', () => {
  const aCase = fc.array(aPromise(6, 5), { maxLength: 12 })
  fc.assert(
    fc.property(aState, aCase, (held, promises) => {
      const last = new Map(promises.filter(({ term }) => term === 5).map((promise) => [promise.slot, promise]))
      const refusals = [...last.values()].filter(
        ({ certified, latest }) => certified < held.nonce && latest !== held.name,
      )
      const ref = { nonce: BigInt(held.nonce), digest: digestOf(held.name) }
      assert.equal(isRefuted(ref, promises.map(promiseOf), 5n, { n: 6, q: 5 }), refusals.length >= 2)
    }),
    { numRuns: 2000 },
  )
})

const DOMAIN = { chainId: 31337, verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const
const SIGNATURE = new Uint8Array(64)
const signedOf = ({ name, nonce, parent }: SlowState) => ({
  state: {
    volumeId: 1n,
    nonce: BigInt(nonce),
    generation: 1,
    sectors: 0,
    root: digestOf(name),
    parent: digestOf(parent),
    term: 1n,
    head: ZERO,
  },
  signature: SIGNATURE,
})
const receiptOf = (slot: number, term: number) => ({
  slot,
  epoch: 1 as Epoch,
  term: BigInt(term),
  signature: SIGNATURE,
})

function holdingOf({ slot, certified, latest }: SlowHolding, q: number): SlotHolding<string> {
  return {
    slot,
    ...(certified && {
      certified: {
        certificate: {
          signed: signedOf(certified),
          receipts: Array.from({ length: q }, (_, other) => receiptOf(other, 1)),
        },
        headRecord: certified.name,
      },
    }),
    ...(latest && {
      latest: {
        signed: signedOf(latest.state),
        digest: stateDigest(signedOf(latest.state).state, DOMAIN),
        receipt: receiptOf(slot, latest.term),
        headRecord: latest.state.name,
      },
    }),
  }
}

test('a writer with the pen decides as the slow rules do, and names the right slots', () => {
  const seen = new Set<string>()
  // States of one history: of a nonce only one is ever certified, and a state has one term a slot.
  const certifiable = new Set(['a', 'aa', 'aaa'])
  const aHolding = aMemory.filter(({ certified }) => certified === undefined || certifiable.has(certified.name))
  const aCase = aShape.chain(({ n, q }) =>
    fc.tuple(
      fc.constant({ n, q }),
      fc.array(aHolding, { minLength: q, maxLength: n }),
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, slot) => slot),
        { minLength: n },
      ),
    ),
  )
  fc.assert(
    fc.property(aCase, ([shape, memories, order]) => {
      const slowly = memories.map(({ certified, latest }, i): SlowHolding => ({ slot: order[i]!, certified, latest }))
      // Two states of a nonce, or of a nonce and a term, would be two certified states: nobody decides over that.
      const expected = decideSlowly(slowly, shape)
      fc.pre(isOneHistory(slowly, shape.q))
      const decision = decide(
        slowly.map((holding) => holdingOf(holding, shape.q)),
        { ...shape, domain: DOMAIN },
      )
      assert.equal(decision.certified?.headRecord, expected.certified)
      assert.deepEqual([...decision.holders].toSorted(), expected.holders.toSorted())
      const slots = slowly.map(({ slot }) => slot)
      assert.deepEqual(
        [...decision.behind].toSorted(),
        slots.filter((slot) => !expected.holders.includes(slot)).toSorted(),
      )
      const { next } = decision
      assert.equal(next.kind === 'complete' ? next.headRecord : next.kind, expected.next)
      if (next.kind === 'complete') {
        const holding = slowly.filter(({ latest }) => latest?.state.name === next.headRecord).map(({ slot }) => slot)
        assert.deepEqual([...next.holders].toSorted(), holding.toSorted())
        assert.equal(bytesToHex(next.signed.state.root), bytesToHex(digestOf(next.headRecord)))
      }
      seen.add(next.kind)
    }),
    { numRuns: 3000 },
  )
  assert.equal(seen.size, 3)
})

test('a writer does not decide on fewer promises than a quorum', () => {
  const holdings = [0, 1, 2, 3].map((slot) => ({ slot }))
  assert.throws(() => decide(holdings, { n: 6, q: 5, domain: DOMAIN }), { code: 'NOT_ENOUGH_SLOTS' })
})

test('q receipts of one term certify a state that nobody has shown a certificate of; of two terms they do not', () => {
  const state = STATES[0]!
  const holdings = (...terms: number[]) =>
    terms.map((term, slot) => holdingOf({ slot, certified: undefined, latest: { state, term } }, 5))
  const shape = { n: 6, q: 5, domain: DOMAIN }
  const certified = decide(holdings(3, 3, 3, 3, 3), shape)
  assert.equal(certified.certified?.certificate.receipts.length, 5)
  assert.equal(certified.next.kind, 'write')
  const mixed = decide(holdings(3, 3, 3, 3, 4), shape)
  assert.equal(mixed.certified, undefined)
  assert.equal(mixed.next.kind, 'complete')
})

function isOneHistory(holdings: readonly SlowHolding[], q: number): boolean {
  const groups = Map.groupBy(
    holdings.flatMap(({ latest }) => latest ?? []),
    ({ state, term }) => `${state.nonce} ${term}`,
  )
  const isAgreed = [...groups.values()].every((group) => new Set(group.map(({ state }) => state.name)).size === 1)
  const counted = holdings.flatMap(({ latest }) => {
    const same = holdings.filter((other) => other.latest?.state.name === latest?.state.name)
    return latest !== undefined && same.length >= q ? [latest.state.name] : []
  })
  return isAgreed && counted.every((name) => ['a', 'aa', 'aaa'].includes(name))
}

function outcomeOf(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (isStorgoError(error)) return error.code
    throw error
  }
}
