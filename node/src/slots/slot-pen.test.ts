import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH_BYTES, recoverPenPromiseSigner } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { digestOf, domain } from './fixtures/a-volume.ts'
import { aSlotWithState1, aSlotWithState2, aStagedState2, replace } from './fixtures/a-written-slot.ts'

/** Long enough for every upload to count as idle. */
const LATER_MS = 5_000

test('an empty slot promises a term, signed by its operator', async () => {
  await using slot = await ASlot.open()
  const { promise, held } = await slot.pen(1n)
  const nothing = { certified: 0n, latest: new Uint8Array(HASH_BYTES), latestTerm: 0n }
  assert.deepEqual(promise, { slot: 1, term: 1n, ...nothing, signature: promise.signature })
  assert.equal(recoverPenPromiseSigner(7n, promise, domain), slot.volume.operator.address)
  assert.deepEqual(held, { promisedTerm: 1n, busy: false })
})

test('a promise names the states that the slot holds, and comes with them', async () => {
  const { slot, second } = await aSlotWithState2()
  await using _ = slot
  slot.nowMs += LATER_MS
  const { promise, held } = await slot.pen(2n, aName())
  assert.deepEqual([promise.certified, promise.latestTerm], [1n, 1n])
  assert.deepEqual(promise.latest, digestOf(second))
  assert.deepEqual(held, await slot.state())
})

test('a term is promised to one pen; to that one as often as it asks', async () => {
  await using slot = await ASlot.open()
  const first = await slot.pen(2n)
  assert.deepEqual(await slot.pen(2n), first)
  const taken = { code: 'PEN_TAKEN', details: { term: 2n, heldTerm: 2n } }
  await assert.rejects(slot.pen(2n, aName()), taken)
  await assert.rejects(slot.pen(1n), { code: 'PEN_TAKEN', details: { term: 1n, heldTerm: 2n } })
  assert.equal((await slot.state()).promisedTerm, 2n)
})

test('of pens that ask for one term at once exactly one gets it', async () => {
  await using slot = await ASlot.open()
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => slot.pen(3n, aName())))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const outcome of outcomes) if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'PEN_TAKEN')
})

test('a promise outlives a restart: it fences off lower terms, and its own commit is taken', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  slot.nowMs += LATER_MS
  const pen = aName()
  const { promise } = await slot.pen(2n, pen)
  await slot.restart()
  const lost = await aStagedState2(slot, first)
  await assert.rejects(slot.commit(lost.second, lost), { code: 'PEN_TAKEN', details: { term: 1n, heldTerm: 2n } })
  assert.deepEqual((await slot.pen(2n, pen)).promise, promise)
  const next = await aStagedState2(slot, first, { term: 2n }, { pen })
  assert.equal((await slot.commit(next.second, next)).term, 2n)
})

test('a commit under a higher term than the promised one is a promise too', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const next = await aStagedState2(slot, first, { term: 3n })
  await slot.commit(next.second, next)
  await slot.restart()
  assert.equal((await slot.state()).promisedTerm, 3n)
  await assert.rejects(slot.pen(3n, aName()), { code: 'PEN_TAKEN' })
})

test('while an upload is active another writer waits, 5 seconds after its last bytes no longer', async () => {
  await using slot = await ASlot.open()
  await slot.write(aName(), 0n, [replace(0, aSector(1))])
  assert.equal((await slot.state()).busy, true)
  slot.nowMs += LATER_MS - 1_000
  const other = aName()
  const details = { volumeId: 7n, slot: 1, idleMs: LATER_MS - 1_000 }
  await assert.rejects(slot.pen(1n, other), { code: 'PEN_HELD', details })
  await slot.pen(1n)
  await assert.rejects(slot.pen(1n, other), { code: 'PEN_TAKEN' })
  slot.nowMs += 1_000
  assert.equal((await slot.pen(2n, other)).held.busy, false)
})

test('whoever loses the pen loses what it has staged', async () => {
  await using slot = await ASlot.open()
  const pen = aName()
  await slot.pen(1n)
  await slot.write(aName(), 0n, [replace(0, aSector(1))])
  await slot.write(aName(), 0n, [replace(0, aSector(2))], { pen })
  assert.equal(slot.services.store.usage().staged, 2)
  slot.nowMs += LATER_MS
  await slot.pen(2n, pen)
  assert.equal(slot.services.store.usage().staged, 1)
})

test('a commit keeps other writers waiting as an upload does, but not that of a writer that has lost the pen', async () => {
  const { slot, first, second, parent } = await aSlotWithState2()
  await using _ = slot
  assert.equal((await slot.state()).busy, true)
  slot.nowMs += LATER_MS
  await slot.commit(second, { parent })
  await assert.rejects(slot.pen(2n, aName()), { code: 'PEN_HELD' })
  slot.nowMs += LATER_MS
  await slot.pen(2n, aName())
  const lost = slot.volume.state({ nonce: 2n, parent: digestOf(first) }, [])
  await assert.rejects(slot.commit(lost, { parent }), { code: 'PEN_TAKEN' })
  assert.equal((await slot.state()).busy, false)
})
