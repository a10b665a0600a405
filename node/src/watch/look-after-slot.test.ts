import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeSlotStateReply, encodeSlotStateReply, SLOT_STATE_PROTOCOL } from '@storgo/protocol'
import { ACrew } from './fixtures/a-crew.ts'
import { type LookAfterOptions, lookAfterSlot } from './look-after-slot.ts'

const SLOT = 1
const others = [0, 2, 3]

function look(crew: ACrew, options: Partial<LookAfterOptions> = {}) {
  const { services, ref } = crew.member(SLOT)
  return lookAfterSlot(ref, {
    ...{ services, thorough: false, random: Math.random, signal: AbortSignal.timeout(30_000) },
    findCoSlots: async ({ slot }, signal) => crew.coSlotsOf(slot, signal),
    ...options,
  })
}

const certifiedOf = async (crew: ACrew) => (await crew.member(SLOT).content()).certified
const askedStates = (crew: ACrew) => others.map((slot) => crew.member(slot).asked.get(SLOT_STATE_PROTOCOL) ?? 0)

test('a slot that has all there is asks two of the others and does nothing', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  assert.deepEqual(await look(crew), { behind: false })
  assert.equal(
    askedStates(crew).reduce((a, b) => a + b),
    2,
  )
  await look(crew, { thorough: true })
  assert.equal(
    askedStates(crew).reduce((a, b) => a + b),
    5,
  )
})

test('the certificate that another slot has seen is taken', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, certified: [2] })
  assert.deepEqual(await look(crew), { certified: 1n, behind: false })
  assert.equal(await certifiedOf(crew), 1n)
})

test('when nobody has seen a certificate it is made of the receipts', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, certified: [] })
  assert.deepEqual(await look(crew), { certified: 1n, behind: false })
  assert.equal(await certifiedOf(crew), 1n)
})

test('fewer than q receipts certify nothing', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: [0, SLOT] })
  assert.deepEqual(await look(crew), { behind: false })
  assert.equal(await certifiedOf(crew), 0n)
})

test('receipts that are altered, or of another slot, certify nothing', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, certified: [] })
  crew.member(0).isDown = true
  for (const alter of [
    (signature: Uint8Array) => signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
    (_: Uint8Array) => new Uint8Array(64).fill(1),
  ]) {
    for (const slot of [2, 3]) {
      crew.member(slot).lie = (protocol, reply) => {
        const told = protocol === SLOT_STATE_PROTOCOL ? decodeSlotStateReply(reply.body) : undefined
        if (!told?.latest) return reply
        const receipt = { ...told.latest.receipt, signature: alter(told.latest.receipt.signature) }
        return { body: encodeSlotStateReply({ ...told, latest: { ...told.latest, receipt } }) }
      }
    }
    assert.deepEqual(await look(crew), { behind: false })
  }
  assert.equal(await certifiedOf(crew), 0n)
})

test('a higher certified state of the others says that the slot is behind', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 1, to: others })
  assert.deepEqual(await look(crew), { behind: true })
  assert.equal(await certifiedOf(crew), 1n)
})

test('a slot of a closed volume, or one that is another provider’s by now, is left alone', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: others })
  const { facts } = crew.volume
  const { operators } = facts
  facts.operators = operators.map((operator, slot) => (slot === SLOT ? operators[0] : operator))
  assert.deepEqual(await look(crew), { behind: false })
  Object.assign(facts, { operators, closed: true })
  assert.deepEqual(await look(crew), { behind: false })
  facts.closed = false
  assert.equal((await look(crew)).behind, true)
})
