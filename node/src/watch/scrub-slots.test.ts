import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import type { SectorRef } from '../store/slot-store.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { ACrew } from './fixtures/a-crew.ts'
import { damageCells } from './fixtures/damage-cells.ts'
import { scrubSlots } from './scrub-slots.ts'

test('everything that is stored is read, what is corrupt is told, and a line says so', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 3 })
  const member = crew.member(1)
  await member.restart(damageCells)
  const found: SectorRef[] = []
  const metrics = createMetrics()
  const { promise: line, resolve } = Promise.withResolvers<string>()
  const logger = pino({ level: 'info' }, { write: resolve })
  const options = { store: member.services.store, passMs: 1, onCorrupt: (sector: SectorRef) => found.push(sector) }
  await using _ = scrubSlots({ ...options, logger, metrics })
  const { sectors, corrupt, msg } = JSON.parse(await line)
  assert.deepEqual([sectors, corrupt, msg], [3, 3, 'everything stored was read'])
  assert.deepEqual(
    found.map(({ sector }) => sector),
    [0, 1, 2],
  )
  assert.match(await metrics.registry.metrics(), /^storgo_corrupt_sectors_total 3$/m)
})

test('a pass is no faster than its time asks for, and ends with the node', async () => {
  const passes: number[] = []
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const store = {
    usage: () => ({ stored: 10_000, staged: 0, capacity: 20_000 }),
    scrub: ({ bytesPerSecond, signal }: { bytesPerSecond: number; signal: AbortSignal }) => {
      passes.push(bytesPerSecond)
      resolve()
      return new Promise<void>((end) => signal.addEventListener('abort', () => end(), { once: true }))
    },
  }
  const logger = pino({ level: 'silent' })
  const scrubbing = scrubSlots({ store, passMs: 1_000_000, onCorrupt: () => {}, logger, metrics: createMetrics() })
  await begun
  await scrubbing[Symbol.asyncDispose]()
  assert.deepEqual(passes, [(10_000 * 2 ** 20 * 1_000) / 1_000_000])
})

test('a pass that is to take less time goes on faster', async () => {
  const rates: number[] = []
  const { promise: read, resolve } = Promise.withResolvers<void>()
  const options = {
    passMs: 1_000_000,
    store: {
      usage: () => ({ stored: 10_000, staged: 0, capacity: 20_000 }),
      scrub: async (scrub: { readonly bytesPerSecond: number }) => {
        rates.push(scrub.bytesPerSecond)
        options.passMs = 100_000
        rates.push(scrub.bytesPerSecond)
        resolve()
      },
    },
    ...{ onCorrupt: () => {}, logger: pino({ level: 'silent' }), metrics: createMetrics() },
  }
  await using _ = scrubSlots(options)
  await read
  assert.deepEqual(rates, [10 * 2 ** 20, 100 * 2 ** 20])
})
