import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { aSlotWithState1, aSlotWithState2, aStagedState2, replace } from './fixtures/a-written-slot.ts'

const GONE = new Error('nobody waits for this any more')
const gone = { message: GONE.message }

test('a commit that nobody waits for any more changes nothing', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  const before = await slot.state()
  await assert.rejects(slot.commit(second, { upload, parent }, slot.session, AbortSignal.abort(GONE)), gone)
  assert.deepEqual(await slot.state(), before)
  await slot.commit(second, { upload, parent })
})

test('a commit that is given up while it waits for another changes nothing, and the other is not disturbed', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const one = await aStagedState2(slot, first)
  const other = await aStagedState2(slot, first, { term: 2n }, { seed: 9 })
  const caller = new AbortController()
  const running = slot.commit(one.second, { upload: one.upload, parent: one.parent })
  const waiting = slot.commit(other.second, { ...other, term: 2n }, slot.session, caller.signal)
  caller.abort(GONE)
  await assert.rejects(waiting, gone)
  await running
  assert.deepEqual((await slot.state()).latest?.signed, one.second.signed)
})

test('a commit that is given up once the store is at it becomes durable all the same, and is answered when repeated', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  const caller = new AbortController()
  slot.disk.before = ({ kind }) => {
    if (kind === 'sync') caller.abort(GONE)
  }
  const receipt = await slot.commit(second, { upload, parent }, slot.session, caller.signal)
  assert.ok(caller.signal.aborted)
  assert.deepEqual((await slot.state()).latest?.receipt, receipt)
  assert.deepEqual(await slot.commit(second, { parent }), receipt)
})

test('a write that nobody waits for any more stages nothing', async () => {
  await using slot = await ASlot.open()
  const signal = AbortSignal.abort(GONE)
  await assert.rejects(slot.write(aName(), 0n, [replace(0, aSector(1))], { signal }), gone)
  assert.equal(slot.services.store.usage().staged, 0)
})

test('pen, certificate and release that nobody waits for any more change nothing', async () => {
  const { slot, second } = await aSlotWithState2()
  await using _ = slot
  const before = await slot.state()
  const signal = AbortSignal.abort(GONE)
  slot.nowMs += 5_000
  await assert.rejects(slot.pen(2n, aName(), slot.session, signal), gone)
  await assert.rejects(slot.certify(slot.volume.certificate(second.signed), slot.session, signal), gone)
  await assert.rejects(slot.release(1n, { signal }), gone)
  assert.deepEqual(await slot.state(), { ...before, busy: false })
})
