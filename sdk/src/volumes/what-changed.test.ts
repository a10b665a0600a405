import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import fc from 'fast-check'
import { ASyncedVolume, SECTORS } from './fixtures/a-synced-volume.ts'
import type { SlotLink } from './slot-link.ts'
import { type WhatChangedOptions, whatChanged } from './what-changed.ts'

const volume = new ASyncedVolume()

function ask(links: readonly SlotLink[], options: Partial<WhatChangedOptions> = {}) {
  const { record } = volume
  return whatChanged({
    ...{ record, slot: 1, since: 3n, uncertified: false, links, signal: AbortSignal.timeout(10_000) },
    ...options,
  })
}

const slotsOf = (links: readonly SlotLink[]) => links.map(({ slot }) => slot)

test('the highest certified state is found, with the slots that hold it and what changed since', async () => {
  const changed = { 2: [{ first: 0, count: 2 }], 4: [{ first: 5, count: 1 }], 5: [{ first: 6, count: 2 }] }
  const links = [
    volume.link(0, { certified: 5, changed }),
    volume.link(2, { certified: 4 }),
    volume.link(3, { certified: 5, changed: { 4: [{ first: 9, count: 1 }] } }),
  ]
  const found = await ask(links)
  assert.deepEqual(found.signed, volume.stateOf(5))
  assert.deepEqual(found.receipts, volume.certificateOf(5).receipts)
  assert.deepEqual(slotsOf(found.holders), [0, 3])
  assert.deepEqual(found.sectors, [5, 6, 7, 9])
})

test('a slot that holds the state without having seen its certificate counts as a holder', async () => {
  const links = [
    volume.link(0, { certified: 5 }),
    volume.link(2, { certified: 4, latest: 5 }),
    volume.link(3, { certified: 0 }),
  ]
  assert.deepEqual(slotsOf((await ask(links)).holders), [0, 2])
})

test('the lagging slot is not asked, and fewer than k holders are too few', async () => {
  const links = [volume.link(1, { certified: 5 }), volume.link(0, { certified: 5 }), volume.link(3, { certified: 4 })]
  await assert.rejects(ask(links), {
    code: 'NOT_ENOUGH_SLOTS',
    details: { volumeId: 7n, slots: 4, good: 1, needed: 2 },
  })
})

test('an uncertified state is asked for with the receipts of its holders', async () => {
  const changed = { 6: [{ first: 39, count: 1 }] }
  const links = [
    volume.link(0, { certified: 5, latest: 6, changed }),
    volume.link(2, { certified: 5, latest: 6, changed }),
    volume.link(3, { certified: 5 }),
  ]
  const found = await ask(links, { uncertified: true, since: 5n })
  assert.deepEqual(found.signed, volume.stateOf(6))
  assert.deepEqual(
    found.receipts.map(({ slot }) => slot),
    [0, 2],
  )
  assert.deepEqual(found.sectors, [39])
})

test('the runs of all pages and of k slots together are the sectors, whatever the pages are', async () => {
  const runs = fc
    .uniqueArray(fc.nat(SECTORS + 5), { maxLength: 30 })
    .map((sectors) => sectors.sort((a, b) => a - b).map((first) => ({ first, count: 1 })))
  await fc.assert(
    fc.asyncProperty(runs, runs, fc.integer({ min: 1, max: 9 }), async (a, b, pageRuns) => {
      volume.pageRuns = pageRuns
      const links = [
        volume.link(0, { certified: 5, changed: { 5: a } }),
        volume.link(2, { certified: 5, changed: { 5: b } }),
      ]
      const expected = new Set([...a, ...b].map(({ first }) => first).filter((sector) => sector < SECTORS))
      const { sectors } = await ask(links)
      if (expected.size === SECTORS) assert.equal(sectors, 'all')
      else
        assert.deepEqual(
          sectors,
          [...expected].sort((x, y) => x - y),
        )
    }),
    { numRuns: 30 },
  )
  volume.pageRuns = 100
})

test('a slot that holds nothing needs all sectors', async () => {
  const links = [0, 2].map((slot) => volume.link(slot, { certified: 5, changed: { 5: [{ first: 1, count: 1 }] } }))
  assert.equal((await ask(links, { since: 0n })).sectors, 'all')
})

test('what a majority of the asked slots calls free is free', async () => {
  const run = { first: 4, count: 2, nonce: 4n, epoch: 9 as Epoch }
  const links = [0, 2].map((slot) => volume.link(slot, { certified: 5, freed: [run] }))
  assert.deepEqual((await ask(links)).freed, [run])
  assert.deepEqual((await ask([...links.slice(1), volume.link(3, { certified: 5 })])).freed, [])
})

test('answers that do not hold good are left out, however they are false', async () => {
  const other = new ASyncedVolume()
  const flipped = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte))
  const lies: Parameters<ASyncedVolume['link']>[2][] = [
    (reply) => ({ ...reply, signed: other.stateOf(9), receipts: other.certificateOf(9).receipts }),
    (reply) => ({ ...reply, receipts: volume.certificateOf(4).receipts }),
    (reply) => ({ ...reply, receipts: reply.receipts.slice(0, 2) }),
    (reply) => ({ ...reply, slotRoots: flipped(reply.slotRoots) }),
    (reply) => ({ ...reply, slotRoots: reply.slotRoots.slice(0, 96) }),
    (reply) => ({ ...reply, headRecord: flipped(reply.headRecord) }),
    (reply) => ({ ...reply, signed: { ...reply.signed, signature: flipped(reply.signed.signature) } }),
    (reply) => ({ ...reply, signed: { ...reply.signed, state: { ...reply.signed.state, nonce: 9n } } }),
  ]
  for (const [i, lie] of lies.entries()) {
    const good = [2, 3].map((slot) => volume.link(slot, { certified: 5 }))
    const found = await ask([volume.link(0, { certified: 5 }, lie), ...good])
    assert.deepEqual([found.signed, slotsOf(found.holders)], [volume.stateOf(5), [2, 3]], `lie ${i}`)
  }
})

test('a slot whose pages do not end is not waited for', async () => {
  const endless = volume.link(0, { certified: 5, changed: { 5: [{ first: 1, count: 1 }] } }, (reply) => ({
    ...reply,
    next: 7,
  }))
  const good = [2, 3].map((slot) => volume.link(slot, { certified: 5 }))
  const { sectors } = await ask([endless, ...good])
  assert.deepEqual(sectors, [])
})

test('it ends when it is told to', async () => {
  const controller = new AbortController()
  const asking = ask([volume.link(0, { certified: 5 })], { signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(asking, { message: 'enough' })
})
