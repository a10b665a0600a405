import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import type { StoreHealth } from './store/slot-store.ts'
import { StoreWatch } from './store-watch.ts'

/** A store whose disk does what a test says; the watch looks only when told to. */
function aWatchedStore() {
  const world = { nowMs: 0, health: { writable: true, readable: true } as StoreHealth, probe: async () => {} }
  const lines: { level: number; msg: string; reason?: string }[] = []
  const watch = new StoreWatch({
    store: { health: () => world.health, probe: () => world.probe() },
    probeMs: 86_400_000,
    unreadableMs: 300_000,
    nowMs: () => world.nowMs,
    logger: pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
  })
  let failed: string | undefined
  void watch.unreadable.then(({ code }) => {
    failed = code
  })
  const hasFailed = async () => {
    await Promise.resolve()
    return failed
  }
  return { world, lines, watch, hasFailed }
}

test('a disk that fails is said once, and again when it is back', async () => {
  const { world, lines, watch, hasFailed } = aWatchedStore()
  using _ = watch
  await watch.look()
  assert.equal(lines.length, 0)
  world.health = { writable: false, readable: true, reason: 'EIO' }
  await watch.look()
  await watch.look()
  assert.deepEqual(
    lines.map(({ level, msg, reason }) => ({ level, msg, reason })),
    [{ level: 50, msg: 'the store takes no new bytes; it is read and proven still', reason: 'EIO' }],
  )
  world.health = { writable: true, readable: true }
  await watch.look()
  assert.equal(lines[1]?.msg, 'the store works again')
  world.nowMs = 1e9
  await watch.look()
  assert.equal(await hasFailed(), undefined)
})

test('a store that stays unreadable ends the node, one that comes back in time does not', async () => {
  const { world, lines, watch, hasFailed } = aWatchedStore()
  using _ = watch
  world.health = { writable: false, readable: false, reason: 'EIO' }
  await watch.look()
  world.nowMs = 299_999
  await watch.look()
  assert.equal(await hasFailed(), undefined)
  world.health = { writable: false, readable: true }
  await watch.look()
  world.health = { writable: false, readable: false, reason: 'EIO' }
  world.nowMs = 300_000
  await watch.look()
  assert.equal(await hasFailed(), undefined)
  world.nowMs = 600_000
  await watch.look()
  assert.equal(await hasFailed(), 'STORE_UNREADABLE')
  assert.equal(lines[0]?.msg, 'the store cannot be read')
})

test('a disk that never answers counts as unreadable since it was asked', async () => {
  const { world, watch, hasFailed } = aWatchedStore()
  using _ = watch
  world.probe = () => new Promise(() => {})
  void watch.look()
  world.nowMs = 60_000
  await watch.look()
  assert.equal(await hasFailed(), undefined)
  world.nowMs = 300_000
  await watch.look()
  assert.equal(await hasFailed(), 'STORE_UNREADABLE')
})

test('a probe that is to be made sooner is made sooner', async () => {
  const { promise: probed, resolve } = Promise.withResolvers<void>()
  const options = {
    ...{ probeMs: 86_400_000, unreadableMs: 300_000, nowMs: () => 0, logger: pino({ level: 'silent' }) },
    store: { health: () => ({ writable: true, readable: true }), probe: async () => resolve() },
  }
  using watch = new StoreWatch(options)
  options.probeMs = 5
  watch.reconsider()
  await probed
})
