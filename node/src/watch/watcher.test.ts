import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT_STATE_PROTOCOL } from '@storgo/protocol'
import { pino } from 'pino'
import { createMetrics } from '../telemetry/metrics.ts'
import { ACrew } from './fixtures/a-crew.ts'
import { damageCells } from './fixtures/damage-cells.ts'
import { noticeCorrupt } from './notice-corrupt.ts'
import { WatchReport } from './watch-report.ts'
import { Watcher } from './watcher.ts'

const SLOT = 1
const others = [0, 2, 3]

type Line = { level: number; msg: string; code?: string; sectors?: number; sector?: number; coSlot?: number }

/** The watcher of one member; `said` resolves with the next line that has this text, told already or not. */
function aWatcher(crew: ACrew, { intervalMs = 20, level = 'info' } = {}) {
  const { services, ref } = crew.member(SLOT)
  const lines: Line[] = []
  const waiting: { msg: string; resolve: (line: Line) => void }[] = []
  const clock = { nowMs: 0, intervalMs }
  const write = (text: string) => {
    const line: Line = JSON.parse(text)
    lines.push(line)
    for (const { msg, resolve } of waiting) if (line.msg === msg) resolve(line)
  }
  const metrics = createMetrics()
  const watcher = new Watcher({
    get intervalMs() {
      return clock.intervalMs
    },
    ...{ services, random: Math.random, nowMs: () => clock.nowMs },
    findCoSlots: async ({ slot }, signal) => crew.coSlotsOf(slot, signal),
    heldSlots: async () => [ref],
    report: new WatchReport({ logger: pino({ level }, { write }), metrics }),
  })
  const said = (msg: string): Promise<Line> => {
    const known = lines.find((line) => line.msg === msg)
    if (known) return Promise.resolve(known)
    return new Promise((resolve) => waiting.push({ msg, resolve }))
  }
  return { watcher, lines, said, clock, metrics, ref }
}

const contentOf = async (crew: ACrew) => (await crew.member(SLOT).content()).sectors

test('a slot catches up soon after the start, and again whenever it lags', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 2, to: others })
  const { watcher, said, lines, metrics } = aWatcher(crew)
  await using _ = watcher
  watcher.start()
  assert.equal((await said('slot caught up with its co-slots')).sectors, 2)
  assert.deepEqual(await contentOf(crew), crew.sectors[SLOT])
  lines.length = 0
  await crew.write({ stripes: 1, to: others })
  assert.equal((await said('slot caught up with its co-slots')).sectors, 1)
  assert.deepEqual(await contentOf(crew), crew.sectors[SLOT])
  const text = await metrics.registry.metrics()
  assert.match(text, /^storgo_catch_ups_total 2$/m)
  assert.match(text, /^storgo_rebuilt_sectors_total 3$/m)
})

test('told that it is behind it catches up at once, without looking first', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: others })
  const { watcher, said, ref } = aWatcher(crew)
  await using _ = watcher
  watcher.onBehind(ref)
  await said('slot caught up with its co-slots')
  assert.deepEqual(
    others.map((slot) => crew.member(slot).asked.get(SLOT_STATE_PROTOCOL)),
    others.map(() => undefined),
  )
})

test('a corrupt sector that cannot be healed yet is healed once it can', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.member(SLOT).restart(damageCells)
  for (const slot of [0, 2]) crew.member(slot).isDown = true
  const { watcher, said, lines, metrics, ref } = aWatcher(crew)
  await using _ = watcher
  watcher.start()
  watcher.onCorrupt({ ref, sector: 0 })
  assert.equal((await said('healing a sector failed; it will be tried again')).code, 'NOT_ENOUGH_SLOTS')
  for (const slot of [0, 2]) crew.member(slot).isDown = false
  assert.equal((await said('a corrupt sector was healed')).sector, 0)
  assert.deepEqual(await contentOf(crew), crew.sectors[SLOT])
  assert.equal(lines.filter(({ msg }) => msg.startsWith('healing a sector failed')).length, 1)
  assert.match(await metrics.registry.metrics(), /^storgo_healed_sectors_total 1$/m)
})

test('a state that the others cannot make up is not rebuilt at every look', async () => {
  await using crew = await ACrew.open()
  // Whoever signs it has coded the parity falsely: no slot can be rebuilt from the others.
  await crew.write({ stripes: 1, to: others, falseParity: true })
  const { watcher, said, ref, clock, lines } = aWatcher(crew, { level: 'debug' })
  await using _ = watcher
  watcher.onBehind(ref)
  const { code } = await said('catching up failed; it will be tried again')
  assert.equal(code, 'STATE_ROOT_MISMATCH')
  const reads = () => others.map((slot) => crew.member(slot).asked.get('/storgo/slot-read/1.0.0') ?? 0)
  const before = reads()
  watcher.onBehind(ref)
  assert.deepEqual(reads(), before)
  lines.length = 0
  clock.nowMs += 60_000
  watcher.onBehind(ref)
  await said('catching up failed; it will be tried again')
  assert.notDeepEqual(reads(), before)
})

test('what does not verify is told once, with the name of the co-slot', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: others })
  crew.member(0).lie = (protocol, reply) =>
    protocol === '/storgo/slot-read/1.0.0' ? { ...reply, bulk: new Uint8Array(reply.bulk?.length ?? 0) } : reply
  const { watcher, said, lines } = aWatcher(crew)
  await using _ = watcher
  watcher.start()
  await said('slot caught up with its co-slots')
  const lies = lines.filter(({ msg }) => msg === 'a co-slot tells what does not verify')
  assert.deepEqual(
    lies.map(({ coSlot, code }) => [coSlot, code]),
    [[0, 'PROOF_INVALID']],
  )
})

test('a longer pause is cut short when the interval becomes shorter', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: others })
  const { watcher, said, lines, clock } = aWatcher(crew, { intervalMs: 86_400_000 })
  await using _ = watcher
  watcher.start()
  await said('slot caught up with its co-slots')
  lines.length = 0
  await crew.write({ stripes: 1, to: others })
  clock.intervalMs = 20
  watcher.reconsider()
  assert.equal((await said('slot caught up with its co-slots')).sectors, 1)
})

test('while the disk takes nothing more, nobody is asked for anything', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1, to: others })
  const { services } = crew.member(SLOT)
  const { store } = noticeCorrupt(services.store)
  const broken = { ...store, health: () => ({ writable: false, readable: true, reason: 'EIO' }) }
  crew.member(SLOT).services = { ...services, store: broken }
  const { watcher, ref } = aWatcher(crew)
  await using _ = watcher
  watcher.onBehind(ref)
  watcher.onCorrupt({ ref, sector: 0 })
  const asked = () => others.map((slot) => crew.member(slot).asked.get('/storgo/slot-sync/1.0.0') ?? 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(asked(), [0, 0, 0])
  Object.assign(broken, { health: () => services.store.health() })
  watcher.onBehind(ref)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(asked(), [1, 1, 1])
})

test('disposing it in the middle of a catch-up leaves the slot as it was', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 4, to: others })
  const { watcher, ref } = aWatcher(crew)
  const { promise: reading, resolve } = Promise.withResolvers<void>()
  crew.member(0).lie = (_, reply) => {
    resolve()
    return reply
  }
  watcher.onBehind(ref)
  await reading
  await watcher[Symbol.asyncDispose]()
  assert.deepEqual(crew.member(SLOT).services.store.usage(), { stored: 0, staged: 0, capacity: 64 })
})
