import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { aFile, sha256 } from './volumes/a-file.ts'
import { nameOf, type Pass } from './volumes/serve-slot.ts'
import { SlotsInProcess } from './volumes/slots-in-process.ts'

/** Longer than a slot calls a silent writer busy. */
const LATER_MS = 10_000
const ALL = [0, 1, 2, 3, 4, 5]
const q = 5

const aDeath = () => new StorgoError('PEER_UNREACHABLE', 'the writer is dead', { operator: 'the writer' })

/**
 * A writer that dies when it has asked `reached` slots for a commit, or handed out `certified` certificates: nothing that it
 * asks after that arrives. What has arrived is served. `replies` tells whether it still got to know what the slots answered.
 */
function dying({
  reached,
  certified = 0,
  replies = false,
}: {
  reached: readonly number[]
  certified?: number
  replies?: boolean
}) {
  let dead = false
  let handed = 0
  const arrived = new Set<number>()
  const all = Promise.withResolvers<void>()
  if (reached.length === 0) all.resolve()
  const pass: Pass = async ({ slot, protocol, go }) => {
    const name = nameOf(protocol)
    if (dead) throw aDeath()
    if (name === 'slot-certify' && handed++ >= certified) {
      dead = true
      throw aDeath()
    }
    if (name !== 'slot-commit') return go()
    if (!reached.includes(slot)) {
      await all.promise
      dead = true
      throw aDeath()
    }
    const reply = await go()
    arrived.add(slot)
    if (arrived.size === reached.length) all.resolve()
    await all.promise
    if (replies) return reply
    dead = true
    throw aDeath()
  }
  return pass
}

const combinations = (of: readonly number[], count: number): number[][] =>
  count === 0
    ? [[]]
    : of.flatMap((first, i) => combinations(of.slice(i + 1), count - 1).map((rest) => [first, ...rest]))

/** Sets of so many slots: two of each size, or with STORGO_TEST_FULL all of them. */
const someSets = (count: number) => {
  const all = combinations(ALL, count)
  const step = process.env['STORGO_TEST_FULL'] ? 1 : Math.ceil(all.length / 2)
  return all.filter((_, i) => i % step === 0)
}

const QUIET = {
  'no slot': () => undefined,
  'a slot that has it': (reached: readonly number[]) => reached.at(-1),
  'a slot that has it not': (reached: readonly number[]) => ALL.findLast((slot) => !reached.includes(slot)),
} as const

for (const [who, quietOf] of Object.entries(QUIET)) {
  for (let count = 0; count <= 6; count++) {
    const sets = someSets(count).filter((reached) => who === 'no slot' || quietOf(reached) !== undefined)
    if (sets.length === 0) continue
    const mayBeCertified = count + (who === 'a slot that has it not' ? 1 : 0) >= q
    const fate = mayBeCertified ? 'completes' : 'undoes'
    test(`the next writer ${fate} a state that ${count} slots took when its writer died, while ${who} is silent`, async () => {
      for (const reached of sets) {
        await using slots = await SlotsInProcess.open()
        const [before, lost, next] = [aFile('before', 3_000_000), aFile('lost', 2_500_000), aFile('next', 4_000)]
        await slots.client().volume.put([before])
        slots.nowMs += LATER_MS
        await assert.rejects(slots.client(dying({ reached })).volume.put([lost]))
        const held = ALL.filter((slot) => [slots.held(slot).latest, slots.held(slot).certified].includes(2n))
        assert.deepEqual(held, reached)

        const quiet = quietOf(reached)
        if (quiet !== undefined) slots.down.add(quiet)
        slots.nowMs += LATER_MS
        const client = slots.client()
        assert.ok((await client.volume.put([next])).receipts >= q)
        assert.equal((await client.volume.stat('lost')) !== undefined, mayBeCertified, `reached ${reached}`)
        for (const file of [before, next, ...(mayBeCertified ? [lost] : [])]) {
          assert.equal(await sha256(client.volume.get(file.path)), await sha256(file.open()), `reached ${reached}`)
        }
      }
    })
  }
}

test('what a writer was told is stored survives its death between the receipts and the certificates', async () => {
  for (const certified of [0, 1, 3, 5]) {
    await using slots = await SlotsInProcess.open()
    const file = aFile('file', 1_500_000)
    const writer = slots.client(dying({ reached: ALL, certified, replies: true }))
    const { receipts } = await writer.volume.put([file])
    assert.ok(receipts >= q)
    await writer.session.settled()
    slots.down.add(certified % 6)
    slots.nowMs += LATER_MS
    const client = slots.client()
    assert.equal(await sha256(client.volume.get('file')), await sha256(file.open()))
    assert.equal((await client.volume.put([aFile('next', 10)])).nonce, 2n)
    assert.equal(await sha256(slots.client().volume.get('file')), await sha256(file.open()))
  }
})

test('a writer that dies while it completes the state of another leaves the same choice to the next', async () => {
  for (const reached of [
    [0, 1, 2, 3],
    [2, 3, 4, 5],
  ]) {
    for (const again of [1, 2, 4]) {
      await using slots = await SlotsInProcess.open()
      const [before, lost] = [aFile('before', 2_000_000), aFile('lost', 2_500_000)]
      await slots.client().volume.put([before])
      slots.nowMs += LATER_MS
      await assert.rejects(slots.client(dying({ reached })).volume.put([lost]))
      // One that does not hold it is silent, so that it may have been certified, and has to be completed.
      const silent = ALL.find((slot) => !reached.includes(slot)) ?? 0
      slots.down.add(silent)
      slots.nowMs += LATER_MS
      await assert.rejects(slots.client(dying({ reached: reached.slice(0, again) })).volume.put([aFile('mine', 10)]))
      slots.nowMs += LATER_MS
      const client = slots.client()
      await client.volume.put([aFile('next', 10)])
      for (const file of [before, lost, aFile('next', 10)]) {
        assert.equal(await sha256(client.volume.get(file.path)), await sha256(file.open()), `${reached}, ${again}`)
      }
      slots.down.delete(silent)
      slots.nowMs += LATER_MS
      assert.ok((await slots.client().volume.put([aFile('later', 10)])).receipts >= q)
    }
  }
})

test('while too few slots answer to know what became of a state nothing is written, and reads go on', async () => {
  await using slots = await SlotsInProcess.open()
  const before = aFile('before', 1_000_000)
  await slots.client().volume.put([before])
  slots.nowMs += LATER_MS
  await assert.rejects(slots.client(dying({ reached: [0, 1, 2, 3] })).volume.put([aFile('lost', 10)]))
  for (const slot of [3, 5]) slots.down.add(slot)
  slots.nowMs += LATER_MS
  const client = slots.client()
  await assert.rejects(client.volume.put([aFile('next', 10)]), { code: 'NOT_ENOUGH_SLOTS' })
  assert.equal(await sha256(client.volume.get('before')), await sha256(before.open()))
  for (const slot of [3, 5]) slots.down.delete(slot)
  assert.equal((await client.volume.put([aFile('next', 10)])).full, true)
})
