import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Happened, runSchedule } from './fixtures/run-schedule.ts'

/** `STORGO_TEST_SEED` runs that one schedule. */
const only = process.env['STORGO_TEST_SEED']
const schedules = process.env['STORGO_TEST_FULL'] === '1' ? 10_000 : 200
const first = only === undefined ? Math.floor(Date.now() / 1000) * 1_000 : Number(only)

test('random faults of providers, writers and network lose no acknowledged file and certify no two states of one nonce', async (t) => {
  const total: Record<string, number> = {}
  for (let seed = first; seed < first + (only === undefined ? schedules : 1); seed++) {
    let happened: Happened
    try {
      happened = await runSchedule(seed)
    } catch (error) {
      throw new Error(`STORGO_TEST_SEED=${seed} replays this: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      })
    }
    for (const [name, count] of Object.entries(happened)) {
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
    }
  }
  t.diagnostic(`first seed ${first}: ${JSON.stringify(total)}`)
  if (only !== undefined) return
  for (const [name, count] of Object.entries(total)) assert.ok(count > 0, `${name} never happened`)
})

test('the same seed gives the same run', async () => {
  for (const seed of [1, 2]) assert.deepEqual(await runSchedule(seed), await runSchedule(seed))
})
