import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, type SignedState, type SigningDomain, type SlotStateReply, signState } from '@storgo/protocol'
import { believe } from './believe.ts'

const domain: SigningDomain = { chainId: 31337, verifyingContract: '0x1111111111111111111111111111111111111111' }
const hash = (fill: number) => new Uint8Array(32).fill(fill)
const q = 5

function aState(nonce: bigint, { term = 1n, root = 1 } = {}): SignedState {
  const state = {
    volumeId: 1n,
    nonce,
    generation: 1,
    sectors: 1,
    root: hash(root),
    parent: hash(0),
    term,
    head: hash(0),
  }
  return signState(state, domain, hash(3))
}
const aReceipt = (slot: number, term = 1n) => ({ slot, epoch: 1 as Epoch, term, signature: new Uint8Array(64) })
const certified = (signed: SignedState) => ({
  certified: { certificate: { signed, receipts: [] }, headRecord: new Uint8Array(1) },
})
const latest = (slot: number, signed: SignedState, term = 1n) => ({
  latest: { signed, receipt: aReceipt(slot, term), headRecord: new Uint8Array(1) },
})
const of = (replies: Record<number, Partial<SlotStateReply>>) =>
  believe(
    Object.entries(replies).map(([slot, reply]) => ({
      slot: Number(slot),
      reply: { promisedTerm: 0n, busy: false, ...reply },
    })),
    { k: 4, n: 6, q, domain },
  )
const nonce = (belief: ReturnType<typeof of>) => belief.certified?.certificate.signed.state.nonce

test('a volume that nobody has written is empty, and all that answer hold that', () => {
  const belief = of({ 0: {}, 1: {}, 4: {} })
  assert.equal(belief.certified, undefined)
  assert.deepEqual([...belief.holders], [0, 1, 4])
})

test('one answer with a later certificate outweighs any number with an earlier one', () => {
  const [one, two] = [aState(1n), aState(2n)]
  const belief = of({ 0: certified(one), 1: certified(one), 2: certified(two), 3: certified(one) })
  assert.equal(nonce(belief), 2n)
  assert.deepEqual([...belief.holders], [2])
})

test('a state that a quorum took under one term is certified by their receipts', () => {
  const [one, two] = [aState(1n), aState(2n)]
  const slots = [0, 1, 2, 3, 4]
  const belief = of(Object.fromEntries(slots.map((slot) => [slot, { ...certified(one), ...latest(slot, two) }])))
  assert.equal(nonce(belief), 2n)
  assert.deepEqual(belief.certified?.certificate.receipts.length, q)
  assert.deepEqual([...belief.holders], slots)
})

test('receipts of different terms do not add up to a certificate', () => {
  const [one, two] = [aState(1n), aState(2n)]
  const slots = [0, 1, 2, 3, 4, 5]
  const replies = slots.map((slot) => [slot, { ...certified(one), ...latest(slot, two, slot < 4 ? 1n : 2n) }])
  const belief = of(Object.fromEntries(replies))
  assert.equal(nonce(belief), 1n)
  assert.deepEqual([...belief.holders], slots)
})

test('a state that fewer than a quorum took is not believed', () => {
  const [one, two] = [aState(1n), aState(2n)]
  const belief = of({
    ...Object.fromEntries([0, 1, 2, 3].map((slot) => [slot, { ...certified(one), ...latest(slot, two) }])),
    4: certified(one),
  })
  assert.equal(nonce(belief), 1n)
})

test('a state that as many as a quorum may hold is possible, and one that too few can hold is not', () => {
  const [one, two] = [aState(1n), aState(2n)]
  const both = (slot: number) => [slot, { ...certified(one), ...latest(slot, two) }]
  const silentOne = of({ ...Object.fromEntries([0, 1, 2, 3].map(both)), 4: certified(one) })
  assert.deepEqual([nonce(silentOne), silentOne.possible?.signed], [1n, two])
  const silentTwo = of(Object.fromEntries([0, 1, 2, 3].map(both)))
  assert.deepEqual([nonce(silentTwo), silentTwo.possible?.signed], [1n, two])
  const refuted = of({ ...Object.fromEntries([0, 1, 2, 3].map(both)), 4: certified(one), 5: certified(one) })
  assert.deepEqual([nonce(refuted), refuted.possible], [1n, undefined])
  const unreadable = of(Object.fromEntries([0, 1, 2].map(both)))
  assert.deepEqual([nonce(unreadable), unreadable.possible], [1n, undefined])
})

test('of two possible states the one that was taken under the later term is', () => {
  const small = { k: 1, n: 3, q: 2, domain }
  const [a, b] = [aState(1n, { root: 1 }), aState(1n, { root: 2, term: 2n })]
  const answer = (slot: number, signed: SignedState, term: bigint) => ({
    slot,
    reply: { promisedTerm: 2n, busy: false, ...latest(slot, signed, term) },
  })
  const { possible } = believe([answer(0, b, 2n), answer(1, a, 1n)], small)
  assert.deepEqual(possible?.signed, b)
})
