import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, SignedState } from '@storgo/protocol'
import { believe, nextTerm, type SlotAnswer } from './believe.ts'

const domain = { chainId: 1, verifyingContract: `0x${'11'.repeat(20)}` } as const
const [n, q] = [6, 5]

function aState(nonce: bigint, { term = 1n, mark = 0 } = {}): SignedState {
  const hash = new Uint8Array(32).fill(mark)
  const state = { volumeId: 1n, nonce, generation: 1, sectors: 1, root: hash, parent: hash, term, head: hash }
  return { state, signature: new Uint8Array(64) }
}

const receipt = (slot: number) => ({ slot, epoch: 0 as Epoch, signature: new Uint8Array(64).fill(slot) })
const headRecord = new Uint8Array(1)
const certified = (signed: SignedState) => ({
  certificate: { signed, receipts: [0, 1, 2, 3, 4].map(receipt) },
  headRecord,
})
const latest = (slot: number, signed: SignedState) => ({ signed, receipt: receipt(slot), headRecord })
const answersOf = (replies: Record<number, SlotAnswer['reply']>): SlotAnswer[] =>
  Object.entries(replies).map(([slot, reply]) => ({ slot: Number(slot), reply }))

test('slots that hold nothing make an empty volume, and its first state has term 1', () => {
  const belief = believe(answersOf({ 0: {}, 3: {} }), { q, domain })
  assert.equal(belief.certified, undefined)
  assert.deepEqual([...belief.holders], [0, 3])
  assert.equal(nextTerm(belief, { n, q, answered: 2 }), 1n)
})

test('one slot with a certificate outweighs any number that are behind', () => {
  const answers = answersOf({ 0: {}, 1: { certified: certified(aState(1n)) }, 2: { certified: certified(aState(2n)) } })
  const belief = believe(answers, { q, domain })
  assert.equal(belief.certified?.certificate.signed.state.nonce, 2n)
  assert.deepEqual([...belief.holders], [2])
})

test('a state that q slots call their latest is certified by their receipts', () => {
  const next = aState(2n)
  const held = (slot: number) => ({ certified: certified(aState(1n)), latest: latest(slot, next) })
  const belief = believe(answersOf({ 0: held(0), 1: held(1), 2: held(2), 4: held(4), 5: held(5) }), { q, domain })
  assert.deepEqual(belief.certified?.certificate.signed, next)
  assert.deepEqual(
    belief.certified?.certificate.receipts.map(({ slot }) => slot),
    [0, 1, 2, 4, 5],
  )
  assert.deepEqual([...belief.uncertified], [0, 1, 2, 4, 5])
  assert.deepEqual(belief.unfinished, [])
})

test('fewer than q do not, and the state is in the way until it cannot have reached q', () => {
  const held = (slot: number) => ({ certified: certified(aState(1n)), latest: latest(slot, aState(2n, { term: 4n })) })
  const behind = { certified: certified(aState(1n)) }
  const unclear = believe(answersOf({ 0: held(0), 1: held(1), 2: held(2), 3: held(3), 4: behind }), { q, domain })
  assert.equal(unclear.certified?.certificate.signed.state.nonce, 1n)
  assert.equal(nextTerm(unclear, { n, q, answered: 5 }), undefined)
  const all = { 0: held(0), 1: held(1), 2: held(2), 3: held(3), 4: behind, 5: behind }
  const clear = believe(answersOf(all), { q, domain })
  assert.deepEqual(clear.holders.size, 6)
  assert.equal(nextTerm(clear, { n, q, answered: 6 }), 5n)
})

test('of two unfinished states neither is believed and both are outbid', () => {
  const one = (slot: number, mark: number, term: bigint) => ({ latest: latest(slot, aState(1n, { mark, term })) })
  const replies = { 0: one(0, 1, 1n), 1: one(1, 1, 1n), 2: one(2, 2, 2n), 3: one(3, 2, 2n), 4: {}, 5: {} }
  const belief = believe(answersOf(replies), { q, domain })
  assert.equal(belief.certified, undefined)
  assert.equal(nextTerm(belief, { n, q, answered: 6 }), 3n)
})
