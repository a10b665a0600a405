import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sectorRoot, zeroRoot } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { digestOf, type StateToCommit } from './fixtures/a-volume.ts'
import { aSlotWithState2, xored } from './fixtures/a-written-slot.ts'

const bytes = new Uint8Array(randomBytes(100))

/** States 1 (two sectors), 2 (a third) and 3 (bytes in the fourth; stripe 0 freed); 2 is certified, 3 is not. */
async function aSlotWithState3() {
  const { slot, second } = await aSlotWithState2()
  const upload = aName()
  await slot.write(upload, 2n, [{ sector: 3, offset: 9, mode: 'xor', bytes }])
  const roots = [aSector(1), aSector(2), aSector(3), xored(undefined, 9, bytes)].map(sectorRoot)
  const fields = { nonce: 3n, parent: digestOf(second) }
  const third = slot.volume.state(fields, roots, { freed: [{ first: 0, count: 1 }] })
  const parent = slot.volume.certificate(second.signed)
  const receipt = await slot.commit(third, { upload, parent })
  return { slot, second, third, parent, receipt }
}

test('the certified state comes with its certificate, and with the sectors that changed since another', async () => {
  const { slot, second, parent } = await aSlotWithState3()
  await using _ = slot
  const { signed, slotRoots, headRecord } = second
  const state = { signed, slotRoots, headRecord, receipts: parent.receipts, freed: [] }
  assert.deepEqual(await slot.sync({ since: 0n }), { ...state, changed: [{ first: 0, count: 3 }] })
  assert.deepEqual(await slot.sync({ since: 1n }), { ...state, changed: [{ first: 2, count: 1 }] })
  assert.deepEqual(await slot.sync({ since: 2n }), { ...state, changed: [] })
  assert.deepEqual(await slot.sync({ since: 0n, after: 2 }), { ...state, changed: [{ first: 2, count: 1 }] })
})

test('the uncertified state comes with its own receipt and what it frees, and is the certified one once it is certified', async () => {
  const { slot, third, receipt } = await aSlotWithState3()
  await using _ = slot
  const { signed, slotRoots, headRecord } = third
  const freed = [{ first: 0, count: 1, epoch: 5, nonce: 3n }]
  const state = { signed, slotRoots, headRecord, freed }
  const asked = { since: 1n, uncertified: true }
  assert.deepEqual(await slot.sync(asked), { ...state, receipts: [receipt], changed: [{ first: 2, count: 2 }] })
  const { receipts } = slot.volume.certificate(signed)
  await slot.certify({ signed, receipts })
  assert.deepEqual(await slot.sync(asked), { ...state, receipts, changed: [{ first: 2, count: 2 }] })
})

test('a slot without a certified state has nothing to sync', async () => {
  await using slot = await ASlot.open()
  await assert.rejects(slot.sync(), { code: 'STATE_STALE' })
  await slot.commit(slot.volume.state({ nonce: 1n }, []))
  await assert.rejects(slot.sync(), { code: 'STATE_STALE' })
  assert.equal((await slot.sync({ uncertified: true })).signed.state.nonce, 1n)
})

test('what a state freed that was undone is free no more', async () => {
  const { slot, second, parent } = await aSlotWithState3()
  await using _ = slot
  const pen = aName()
  const fields = { nonce: 3n, parent: digestOf(second), term: 2n }
  const rival = slot.volume.state(
    fields,
    [1, 2, 3].map((seed) => sectorRoot(aSector(seed))),
  )
  const refusals = [0, 3].map((other) => slot.volume.refusal(other, { term: 2n, certified: 2n }))
  await slot.commit(rival, { parent, pen, refusals })
  const { freed, changed } = await slot.sync({ since: 2n, uncertified: true })
  assert.deepEqual({ freed, changed }, { freed: [], changed: [] })
})

test('the certificate of a later state than the held ones says that the slot is behind; of an earlier one it is stale', async () => {
  const { slot, second, third } = await aSlotWithState3()
  await using _ = slot
  const roots = [zeroRoot(14)]
  const later = slot.volume.state({ nonce: 4n, parent: digestOf(third) }, roots)
  const rival = slot.volume.state({ nonce: 3n, parent: digestOf(second), term: 2n }, roots)
  await slot.certify(slot.volume.certificate(second.signed))
  await assert.rejects(slot.certify(slot.volume.certificate(later.signed, { slots: [0, 2] })), {
    code: 'CERTIFICATE_INVALID',
  })
  assert.equal(slot.behind.length, 0)
  for (const { signed } of [later, rival]) {
    await assert.rejects(slot.certify(slot.volume.certificate(signed)), { code: 'STATE_STALE' })
  }
  assert.deepEqual(slot.behind, [slot.ref, slot.ref])
  await slot.certify(slot.volume.certificate(third.signed))
  await assert.rejects(slot.certify(slot.volume.certificate(rival.signed)), { code: 'STATE_STALE' })
  assert.equal(slot.behind.length, 2)
})

test('the history is the last certified state of every epoch, newest first, for the retention time', async () => {
  await using slot = await ASlot.open()
  const states: StateToCommit[] = []
  for (let nonce = 1n; nonce <= 8n; nonce++) {
    const before = states.at(-1)
    const state = slot.volume.state({ nonce, ...(before && { parent: digestOf(before) }) }, [])
    await slot.commit(state, before ? { parent: slot.volume.certificate(before.signed) } : {})
    states.push(state)
    await slot.certify(slot.volume.certificate(state.signed))
    // Two states an epoch.
    if (nonce % 2n === 0n) slot.volume.epoch++
  }
  const nonces = async (before?: bigint) =>
    (await slot.history(before)).map(({ certificate, epoch }) => [certificate.signed.state.nonce, epoch])
  const all = [
    [8n, 8],
    [6n, 7],
    [4n, 6],
    [2n, 5],
  ]
  assert.deepEqual(await nonces(), all)
  assert.deepEqual(await nonces(6n), all.slice(2))
  const [newest] = await slot.history()
  assert.deepEqual(newest?.headRecord, states.at(-1)?.headRecord)
  assert.deepEqual(newest?.certificate.receipts.length, 3)
})
