import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PenPromise, recoverReceiptSigner } from '@storgo/protocol'
import { aName } from './fixtures/a-slot.ts'
import { aParty, digestOf, domain, type Party } from './fixtures/a-volume.ts'
import { aSlotWithState1, aSlotWithState2, aStagedState2 } from './fixtures/a-written-slot.ts'

// A 2+2 volume: 3 receipts certify, so 2 slots that did not hold a state show that it was not certified.
const TERM = 2n

/** State 2 is held uncertified; a second writer has staged another state 2 under term 2. */
async function aRival() {
  const { slot, first, second } = await aSlotWithState2()
  const pen = aName()
  const rival = await aStagedState2(slot, first, { term: TERM }, { seed: 9, pen })
  /** What another slot says that holds state 1 alone. */
  const refusal = (of: number, fields: Partial<PenPromise> = {}, by?: Party) =>
    slot.volume.refusal(of, { term: TERM, certified: 1n, ...fields }, by)
  return { slot, first, second, pen, rival, refusal }
}

test('two slots that did not hold a state are enough to replace it, under a higher term', async () => {
  const { slot, rival, refusal } = await aRival()
  await using _ = slot
  const receipt = await slot.commit(rival.second, { ...rival, refusals: [refusal(0), refusal(3)] })
  assert.equal(receipt.term, TERM)
  const held = await slot.state()
  assert.deepEqual(held.latest?.signed, rival.second.signed)
  assert.equal(held.certified?.certificate.signed.state.nonce, 1n)
  await slot.restart()
  assert.deepEqual((await slot.state()).latest?.signed, rival.second.signed)
})

test('a state that was replaced does not come back under its old term', async () => {
  const { slot, second, rival, refusal } = await aRival()
  await using _ = slot
  await slot.commit(rival.second, { ...rival, refusals: [refusal(0), refusal(3)] })
  await assert.rejects(slot.commit(second, { parent: rival.parent }), { code: 'PEN_TAKEN' })
})

test('refusals that do not show it are REFUSALS_MISSING, and nothing changes', async () => {
  const { slot, second, rival, refusal } = await aRival()
  await using _ = slot
  const before = await slot.state()
  const stranger = aParty()
  const cases: [string, PenPromise[]][] = [
    ['none', []],
    ['too few', [refusal(0)]],
    ['one is forged', [refusal(0), refusal(3, {}, stranger)]],
    ['one is signed by another slot', [refusal(0), refusal(3, {}, slot.volume.operators[0])]],
    ['one is of a slot that holds the state', [refusal(0), refusal(3, { latest: digestOf(second), latestTerm: 1n })]],
    ['one is of a slot that has it, or another, certified', [refusal(0), refusal(3, { certified: 2n })]],
    ['one is of no slot', [refusal(0), refusal(4, {}, stranger)]],
    ['one is altered', [refusal(0), { ...refusal(3, { certified: 2n }), certified: 1n }]],
  ]
  for (const [what, refusals] of cases) {
    await assert.rejects(slot.commit(rival.second, { ...rival, refusals }), { code: 'REFUSALS_MISSING' }, what)
  }
  assert.deepEqual(await slot.state(), before)
  await slot.commit(rival.second, { ...rival, refusals: [refusal(0), refusal(3)] })
})

test('refusals of another term, or two of one slot, are malformed', async () => {
  const { slot, rival, refusal } = await aRival()
  await using _ = slot
  for (const refusals of [
    [refusal(0), refusal(3, { term: 1n })],
    [refusal(0), refusal(0)],
  ]) {
    await assert.rejects(slot.commit(rival.second, { ...rival, refusals }), { code: 'REQUEST_INVALID' })
  }
})

test('refusals do not replace a state that the slot took under the same term', async () => {
  const { slot, first, refusal } = await aRival()
  await using _ = slot
  const other = await aStagedState2(slot, first, {}, { seed: 8 })
  const refusals = [refusal(0, { term: 1n }), refusal(3, { term: 1n })]
  await assert.rejects(slot.commit(other.second, { ...other, refusals }), {
    code: 'STATE_UNFINISHED',
    details: { nonce: 2n, heldNonce: 2n, heldTerm: 1n, term: 1n },
  })
})

test('a later writer that completes a held state gets a receipt of its own term, and always the same', async () => {
  const { slot, second, parent, receipt } = await aSlotWithState2()
  await using _ = slot
  const pen = aName()
  const anew = await slot.commit(second, { parent, pen, term: TERM })
  assert.deepEqual([receipt.term, anew.term], [1n, TERM])
  assert.equal(recoverReceiptSigner(digestOf(second), anew, domain), slot.volume.operator.address)
  await slot.restart()
  assert.deepEqual(await slot.commit(second, { parent, pen, term: TERM }), anew)
  const held = await slot.state()
  assert.deepEqual(held.latest?.receipt, anew)
  assert.equal(held.promisedTerm, TERM)
  await assert.rejects(slot.commit(second, { parent }), { code: 'PEN_TAKEN' })
})

test('a later writer completes a state also where it was never held, under its own term', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const pen = aName()
  await slot.pen(TERM, slot.writer)
  const { second, upload, parent } = await aStagedState2(slot, first, { term: 1n }, { pen })
  const receipt = await slot.commit(second, { upload, parent, pen, term: 3n })
  assert.equal(receipt.term, 3n)
  assert.equal((await slot.state()).latest?.signed.state.term, 1n)
})
