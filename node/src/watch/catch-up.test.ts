import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { SLOT_READ_PROTOCOL, verifyCertificate } from '@storgo/protocol'
import { domain } from '../slots/fixtures/a-volume.ts'
import { type CatchUpOptions, catchUp } from './catch-up.ts'
import { ACrew } from './fixtures/a-crew.ts'

const LAGGING = 1
const others = [0, 2, 3]

function catchUpOf(crew: ACrew, options: Partial<CatchUpOptions> = {}) {
  const signal = AbortSignal.timeout(30_000)
  const { services, ref } = crew.member(LAGGING)
  return catchUp({ services, ref, coSlots: crew.coSlotsOf(LAGGING, signal), signal, ...options })
}

/** From that read on, all reads of the others wait until `act` is over, which begins then. */
function whenReadsReach(crew: ACrew, count: number, act: () => Promise<void>): void {
  let reads = 0
  let acting: Promise<void> | undefined
  for (const slot of others) {
    crew.member(slot).lie = async (protocol, reply) => {
      if (protocol !== SLOT_READ_PROTOCOL || ++reads < count) return reply
      acting ??= act()
      await acting
      return reply
    }
  }
}

async function assertEven(crew: ACrew): Promise<void> {
  const { nonce, certified, sectors } = await crew.member(LAGGING).content()
  const expected = crew.certificate?.signed.state.nonce
  assert.deepEqual([nonce, certified], [expected, expected])
  assert.deepEqual(sectors, crew.sectors[LAGGING])
}

test('a slot that missed states takes over the highest, and rebuilds only what changed', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 3 })
  await crew.write({ stripes: 1, to: others })
  await crew.write({ stripes: 0, to: others })
  await crew.write({ stripes: 2, to: others })
  const { nonce } = crew.certificate?.signed.state ?? { nonce: 0n }
  assert.deepEqual(await catchUpOf(crew), { nonce, sectors: 3 })
  await assertEven(crew)
  assert.equal(crew.member(LAGGING).services.store.usage().staged, 0)
  assert.equal(await catchUpOf(crew), undefined)
})

test('what it took over it has signed for, and it takes the next write', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  const { certificate } = await crew.write({ stripes: 1, to: others })
  await catchUpOf(crew)
  using view = crew.member(LAGGING).services.store.view(crew.member(LAGGING).ref)
  assert.ok(view.certified && certificate)
  const { operators, session } = crew.volume
  const receipts = [...certificate.receipts.slice(1), view.certified.receipt]
  verifyCertificate(
    { signed: certificate.signed, receipts },
    {
      domain,
      k: 2,
      m: 2,
      operators: operators.map(({ address }) => address),
      formers: [],
      sessionKey: session.address,
    },
  )
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 0 })
  await assertEven(crew)
})

test('a slot whose data folder is gone rebuilds all of it', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 3 })
  await crew.write({ stripes: 2 })
  const lost = crew.member(LAGGING)
  await lost.restart((dataDir) => rm(dataDir, { recursive: true }))
  assert.deepEqual(await catchUpOf(crew), { nonce: 2n, sectors: 5 })
  await assertEven(crew)
})

test('what it has taken over is there after a restart', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 2, to: others })
  await catchUpOf(crew)
  await crew.member(LAGGING).restart()
  await assertEven(crew)
})

test('a state that is held without its certificate is only certified', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, certified: others })
  assert.deepEqual(await catchUpOf(crew), { nonce: 1n, sectors: 0 })
  await assertEven(crew)
})

test('on a held state that was certified unseen it builds, without rebuilding that', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 2, certified: others })
  await crew.write({ stripes: 1, to: others })
  await catchUpOf(crew)
  await assertEven(crew)
})

test('a dead state is dropped for the one that was certified in its place', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 2, to: [LAGGING] })
  await crew.write({ stripes: 1, to: others })
  await catchUpOf(crew)
  await assertEven(crew)
  assert.equal(crew.member(LAGGING).services.store.usage().stored, 2)
})

test('with one of the others dead there are still k', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 2, to: others })
  crew.member(0).isDown = true
  await catchUpOf(crew)
  await assertEven(crew)
})

test('with fewer than k others it says so, and has changed nothing', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 2, to: others })
  crew.member(0).isDown = true
  crew.member(2).isDown = true
  const before = await crew.member(LAGGING).content()
  await assert.rejects(catchUpOf(crew), { code: 'NOT_ENOUGH_SLOTS' })
  assert.deepEqual(await crew.member(LAGGING).content(), before)
  assert.equal(crew.member(LAGGING).services.store.usage().staged, 0)
})

test('overtaken by a client that goes on writing it goes on from there, and rebuilds nothing twice', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 6, to: others })
  // Two states later the first is held nowhere any more.
  whenReadsReach(crew, 4, async () => {
    for (const stripes of [1, 0]) await crew.write({ stripes, to: others })
  })
  assert.deepEqual(await catchUpOf(crew), { nonce: 3n, sectors: 7 })
  await assertEven(crew)
})

test('what the missed states freed is free, since they freed it and not since it caught up', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 4 })
  await crew.write({ stripes: 1, to: others, frees: [{ first: 1, count: 2 }] })
  crew.volume.epoch = 9
  await crew.write({ stripes: 0, to: others })
  await catchUpOf(crew)
  const { services, ref } = crew.member(LAGGING)
  using view = services.store.view(ref)
  assert.deepEqual(
    [0, 1, 2, 3].map((stripe) => view.freedAt(stripe)),
    [undefined, { epoch: 5, nonce: 2n }, { epoch: 5, nonce: 2n }, undefined],
  )
})

test('a stripe that was freed and is in use again is rebuilt, and counts as used', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 3 })
  await crew.write({ stripes: 0, frees: [{ first: 0, count: 2 }] })
  crew.volume.epoch = 20
  await crew.write({ stripes: 0, to: others, reuses: [1] })
  assert.deepEqual(await catchUpOf(crew), { nonce: 3n, sectors: 1 })
  await assertEven(crew)
  const { services, ref } = crew.member(LAGGING)
  using view = services.store.view(ref)
  assert.deepEqual([view.freedAt(0), view.freedAt(1)], [{ epoch: 5, nonce: 2n }, 'reused'])
})

test('overtaken by a state that changes what is rebuilt already, it rebuilds that again and nothing else', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 6, to: others })
  await crew.write({ stripes: 0, to: others, frees: [{ first: 0, count: 1 }] })
  crew.volume.epoch = 20
  whenReadsReach(crew, 4, async () => {
    await crew.write({ stripes: 0, to: others, reuses: [0] })
    await crew.write({ stripes: 1, to: others })
  })
  assert.deepEqual(await catchUpOf(crew), { nonce: 4n, sectors: 8 })
  await assertEven(crew)
})

test('what the slot has taken from its writer meanwhile stays', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 3, to: others })
  whenReadsReach(crew, 2, async () => {
    await crew.writeLate(LAGGING)
    await crew.write({ stripes: 1, certified: [] })
  })
  assert.equal((await catchUpOf(crew))?.nonce, 2n)
  const { nonce, certified, sectors } = await crew.member(LAGGING).content()
  assert.deepEqual([nonce, certified], [3n, 2n])
  assert.deepEqual(sectors, crew.sectors[LAGGING])
})

test('without room it says how much it needs, and gives up nothing that it has', async () => {
  await using crew = await ACrew.open({ capacity: 6 })
  await crew.write({ stripes: 2 })
  await crew.write({ stripes: 2, to: others })
  const { services } = crew.member(LAGGING)
  const taken = await Promise.all([0, 1, 2].map(() => services.store.stage(new Uint8Array(1 << 20).fill(1))))
  await assert.rejects(catchUpOf(crew), {
    code: 'DISK_FULL',
    details: { neededSectors: 2, freeSectors: 1, capacitySectors: 6 },
  })
  assert.equal((await crew.member(LAGGING).content()).nonce, 1n)
  services.store.unstage(taken)
  await catchUpOf(crew)
  await assertEven(crew)
})

test('it ends when it is told to, and gives back what it staged', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 4, to: others })
  const controller = new AbortController()
  crew.member(0).lie = (protocol, reply) => {
    if (protocol === SLOT_READ_PROTOCOL) controller.abort(new Error('enough'))
    return reply
  }
  const { signal } = controller
  await assert.rejects(catchUpOf(crew, { signal, coSlots: crew.coSlotsOf(LAGGING, signal) }), { message: 'enough' })
  assert.deepEqual(crew.member(LAGGING).services.store.usage(), { stored: 0, staged: 0, capacity: 64 })
})
