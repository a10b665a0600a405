import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT_READ_PROTOCOL } from '@storgo/protocol'
import { ACrew } from './fixtures/a-crew.ts'
import { damageCells } from './fixtures/damage-cells.ts'
import { healSector } from './heal-sector.ts'
import { noticeCorrupt } from './notice-corrupt.ts'

const SLOT = 1

function heal(crew: ACrew, sector: number) {
  const signal = AbortSignal.timeout(30_000)
  const { services, ref } = crew.member(SLOT)
  return healSector({ store: services.store, sector: { ref, sector }, coSlots: crew.coSlotsOf(SLOT, signal), signal })
}

/** All sectors of the slot under test are damaged on its disk. */
async function aDamagedCrew(stripes: number): Promise<ACrew> {
  const crew = await ACrew.open()
  await crew.write({ stripes })
  await crew.member(SLOT).restart(damageCells)
  return crew
}

test('a sector that the disk has lost comes back from the others, and stays', async () => {
  await using crew = await aDamagedCrew(3)
  await assert.rejects(crew.member(SLOT).content(), { code: 'SECTOR_CORRUPT' })
  for (const sector of [0, 1, 2]) assert.equal(await heal(crew, sector), true)
  await crew.member(SLOT).restart()
  assert.deepEqual((await crew.member(SLOT).content()).sectors, crew.sectors[SLOT])
  assert.deepEqual(crew.member(SLOT).services.store.usage(), { stored: 3, staged: 0, capacity: 64 })
})

test('both versions of a slot are healed, where they have the same content and where they differ', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 2 })
  await crew.write({ stripes: 0, certified: [] })
  const member = crew.member(0)
  await member.restart(damageCells)
  const signal = AbortSignal.timeout(30_000)
  for (const sector of [0, 1]) {
    const coSlots = crew.coSlotsOf(0, signal)
    await healSector({ store: member.services.store, sector: { ref: member.ref, sector }, coSlots, signal })
  }
  assert.deepEqual((await member.content()).sectors, crew.sectors[0])
  using view = member.services.store.view(member.ref)
  for (const sector of [0, 1]) await view.readSector('certified', sector)
})

test('a sector that can be read after all is left as it is', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  assert.equal(await heal(crew, 0), false)
  assert.equal(await heal(crew, 9), false)
})

test('a co-slot that lies cannot put anything false in its place', async () => {
  await using crew = await aDamagedCrew(1)
  crew.member(0).lie = (protocol, reply) =>
    protocol === SLOT_READ_PROTOCOL ? { ...reply, bulk: new Uint8Array(reply.bulk?.length ?? 0) } : reply
  assert.equal(await heal(crew, 0), true)
  assert.deepEqual((await crew.member(SLOT).content()).sectors, crew.sectors[SLOT])
})

test('with fewer than k others it says so, and nothing is staged', async () => {
  await using crew = await aDamagedCrew(1)
  crew.member(0).isDown = true
  crew.member(2).isDown = true
  await assert.rejects(heal(crew, 0), { code: 'NOT_ENOUGH_SLOTS' })
  assert.equal(crew.member(SLOT).services.store.usage().staged, 0)
})

test('a read that finds a sector corrupt fails as it did, and is noticed', async () => {
  await using crew = await aDamagedCrew(2)
  const { services, ref } = crew.member(SLOT)
  const { store, onCorrupt } = noticeCorrupt(services.store)
  const noticed: number[] = []
  onCorrupt(({ sector }) => noticed.push(sector))
  using view = store.view(ref)
  await assert.rejects(view.readSector('certified', 1), { code: 'SECTOR_CORRUPT' })
  assert.deepEqual(noticed, [1])
  assert.equal(await heal(crew, 1), true)
  using healed = store.view(ref)
  assert.deepEqual(await healed.readSector('certified', 1), crew.sectors[SLOT]?.[1])
  assert.deepEqual(noticed, [1])
})

test('a scrub finds what is damaged', async () => {
  await using crew = await aDamagedCrew(2)
  const { services, ref } = crew.member(SLOT)
  const found: unknown[] = []
  const signal = AbortSignal.timeout(30_000)
  await services.store.scrub({ signal, bytesPerSecond: 1 << 30, onCorrupt: (sector) => found.push(sector) })
  assert.deepEqual(found, [
    { ref, sector: 0 },
    { ref, sector: 1 },
  ])
})
