import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { heldSlots } from './held-slots.ts'

const stored = { volumeId: 1n, slot: 0 }
const store = { slots: async () => [stored] }
const entry = (volumeId: bigint, { frozenSectors = 0, nextSectors = 0 }) => ({
  ...{ volumeId, slot: 2, n: 4, floor: 0n, nextFloor: 0n, frozenSectors, nextSectors },
})
const logger = pino({ level: 'silent' })
const signal = AbortSignal.timeout(10_000)

test('a slot that is paid for is looked after even when nothing of it is stored', async () => {
  const readBook = async () => [entry(5n, { frozenSectors: 4 }), entry(6n, { nextSectors: 4 }), entry(7n, {})]
  assert.deepEqual(await heldSlots({ store, readBook, logger })(signal), [
    stored,
    { volumeId: 5n, slot: 2 },
    { volumeId: 6n, slot: 2 },
  ])
})

test('a slot that is stored and paid for is looked after once', async () => {
  const readBook = async () => [{ ...entry(1n, { frozenSectors: 4 }), slot: 0 }]
  assert.deepEqual(await heldSlots({ store, readBook, logger })(signal), [stored])
})

test('while the chain is silent the stored ones are looked after', async () => {
  const readBook = () => Promise.reject(new Error('down'))
  assert.deepEqual(await heldSlots({ store, readBook, logger })(signal), [stored])
})
