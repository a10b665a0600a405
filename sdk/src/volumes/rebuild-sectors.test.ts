import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACodedVolume, type Behaviour } from './fixtures/a-coded-volume.ts'
import { type RebuildSectorsOptions, rebuildSectors } from './rebuild-sectors.ts'

const within = () => AbortSignal.timeout(30_000)

async function rebuilt(volume: ACodedVolume, slot: number, options: Partial<RebuildSectorsOptions> = {}) {
  const { code, state } = volume
  const sectors = Array.from({ length: state.sectors }, (_, sector) => sector)
  const all = { code, state, slot, links: volume.links(), sectors, signal: within(), ...options }
  return Array.fromAsync(rebuildSectors(all))
}

test('any slot comes back from any k others that answer, whatever the rest do', async () => {
  const volumes = new Map<string, ACodedVolume>()
  const volumeOf = (k: number, m: number) => {
    const volume = volumes.get(`${k} ${m}`) ?? new ACodedVolume({ k, m, stripes: 2 })
    volumes.set(`${k} ${m}`, volume)
    return volume
  }
  const bad = fc.constantFrom<Behaviour>('refuses', 'lies', 'truncates')
  const cases = fc.record({ k: fc.integer({ min: 1, max: 5 }), m: fc.integer({ min: 1, max: 3 }) }).chain(({ k, m }) =>
    fc.record({
      ...{ k: fc.constant(k), m: fc.constant(m) },
      order: fc.shuffledSubarray([...Array(k + m).keys()], { minLength: k + m }),
      behaviours: fc.array(bad, { minLength: m - 1, maxLength: m - 1 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ({ k, m, order, behaviours }) => {
      const volume = volumeOf(k, m)
      const [slot = 0, ...others] = order
      const links = volume.links(Object.fromEntries(behaviours.map((behaviour, i) => [others[i], behaviour])))
      const troubled = new Set<number>()
      const found = await rebuilt(volume, slot, { links, onTrouble: (other) => troubled.add(other) })
      assert.deepEqual(
        found,
        volume.sectors[slot]?.map((bytes, sector) => ({ sector, bytes })),
      )
      assert.ok([...troubled].every((other) => others.slice(0, m - 1).includes(other)))
    }),
    { numRuns: 40 },
  )
})

test('the slot itself is not asked, even when there is a link to it', async () => {
  const volume = new ACodedVolume({ k: 2, m: 2, stripes: 1 })
  await rebuilt(volume, 1)
  assert.deepEqual(volume.asked, [0, 2])
})

test('a slot that lied once is not asked again', async () => {
  const volume = new ACodedVolume({ k: 2, m: 2, stripes: 4 })
  const links = volume.links({ 0: 'lies' })
  assert.equal((await rebuilt(volume, 1, { links })).length, 4)
  assert.equal(volume.asked.filter((slot) => slot === 0).length, 1)
})

test('a silent slot holds up the first stripe for a moment and the others not at all', async () => {
  const volume = new ACodedVolume({ k: 2, m: 2, stripes: 6 })
  const startedMs = performance.now()
  const troubled: number[] = []
  const links = volume.links({ 0: 'hangs' })
  assert.equal((await rebuilt(volume, 1, { links, onTrouble: (slot) => troubled.push(slot) })).length, 6)
  assert.ok(performance.now() - startedMs < 3_000)
  assert.deepEqual([...new Set(troubled)], [0])
})

test('only the sectors that are asked for are read, in their order', async () => {
  const volume = new ACodedVolume({ k: 2, m: 1, stripes: 5 })
  const found = await rebuilt(volume, 2, { sectors: [4, 0, 3] })
  assert.deepEqual(
    found.map(({ sector }) => sector),
    [4, 0, 3],
  )
  assert.deepEqual(found[0]?.bytes, volume.sectors[2]?.[4])
  assert.equal(volume.asked.length, 6)
})

test('a slow consumer has no more than four stripes waiting for it', async () => {
  const volume = new ACodedVolume({ k: 2, m: 1, stripes: 12 })
  const { code, state } = volume
  const sectors = [...Array(12).keys()]
  let taken = 0
  for await (const { sector } of rebuildSectors({
    ...{ code, state, slot: 0, links: volume.links(), sectors, signal: within() },
  })) {
    assert.equal(sector, taken++)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(volume.asked.length <= 2 * (taken + 4), `${volume.asked.length} reads for ${taken} sectors`)
  }
  assert.ok(volume.mostRunning <= 8)
})

test('with fewer than k slots that hold the state it says so', async () => {
  const volume = new ACodedVolume({ k: 2, m: 2, stripes: 1 })
  await assert.rejects(rebuilt(volume, 1, { links: volume.links({ 0: 'refuses', 2: 'refuses' }) }), {
    code: 'NOT_ENOUGH_SLOTS',
  })
  await assert.rejects(rebuilt(volume, 1, { links: volume.links().slice(0, 2) }), { code: 'NOT_ENOUGH_SLOTS' })
})

test('it ends when it is told to, and when its consumer has enough; nothing is left on its way', async () => {
  const volume = new ACodedVolume({ k: 2, m: 1, stripes: 3 })
  const links = volume.links({ 0: 'hangs', 1: 'hangs' })
  const controller = new AbortController()
  const running = rebuilt(volume, 2, { links, signal: controller.signal })
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort(new Error('enough'))
  await assert.rejects(running, { message: 'enough' })
  const { code, state } = volume
  for await (const _ of rebuildSectors({
    ...{ code, state, slot: 2, links: volume.links(), sectors: [0, 1, 2], signal: within() },
  }))
    break
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(volume.running, 0)
})
