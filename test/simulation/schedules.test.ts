import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Happened, runSchedule } from './fixtures/run-schedule.ts'

/** `STORGO_TEST_SEED` runs that one schedule, and nothing else. */
const only = process.env['STORGO_TEST_SEED']
const schedules = process.env['STORGO_TEST_FULL'] === '1' ? 10_000 : 200
const first = Math.floor(Date.now() / 1000) * 1_000
/** Within so many schedules a mutant has to be found. */
const MUTANT_SCHEDULES = 25

type Line = { seed: number; happened?: Happened; error?: string }

test('random faults of providers, writers and network lose no acknowledged file and certify no two states of one nonce', async (t) => {
  const lines =
    only === undefined
      ? await Promise.all(shares(first, schedules).map((share) => inProcess(share)))
      : [[{ seed: Number(only), happened: await runSchedule(Number(only)) }]]
  const total: Record<string, number> = {}
  for (const { seed, happened, error } of lines.flat()) {
    if (happened === undefined) assert.fail(`STORGO_TEST_SEED=${seed} replays this: ${error}`)
    for (const [name, count] of Object.entries(happened)) {
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
    }
  }
  t.diagnostic(`${lines.flat().length} schedules, first seed ${only ?? first}: ${JSON.stringify(total)}`)
  if (only !== undefined) return
  assert.equal(lines.flat().length, schedules)
  for (const [name, count] of Object.entries(total)) assert.ok(count > 0, `${name} never happened`)
})

test('the same seed gives the same run', { skip: only !== undefined }, async () => {
  assert.deepEqual(await runSchedule(1), await runSchedule(1))
})

for (const mutant of ['no-sync', 'small-quorum'] as const) {
  test(`the simulation finds what is wrong with ${mutant}`, { skip: only !== undefined }, async (t) => {
    for (let seed = 1; seed <= MUTANT_SCHEDULES; seed++) {
      const error = await runSchedule(seed, mutant).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      // A writer that is content with less is also refused by slots; what counts is what it loses.
      if (error === undefined || (mutant === 'small-quorum' && !(error instanceof assert.AssertionError))) continue
      t.diagnostic(`found by seed ${seed}: ${error instanceof Error ? error.message : error}`)
      return
    }
    assert.fail(`${MUTANT_SCHEDULES} schedules found nothing`)
  })
}

/** First seed and number of seeds for each processor. */
function shares(from: number, count: number): { from: number; count: number }[] {
  const parts = Math.max(1, Math.min(availableParallelism(), 8))
  const each = Math.ceil(count / parts)
  return Array.from({ length: parts }, (_, i) => ({ from: from + i * each, count: Math.min(each, count - i * each) }))
}

async function inProcess({ from, count }: { from: number; count: number }): Promise<Line[]> {
  const file = fileURLToPath(new URL('./fixtures/run-schedules.ts', import.meta.url))
  const child = spawn(process.execPath, [file, String(from), String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Line[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line) as Line)
  assert.equal(lines.length, count, 'a process of schedules has ended before its time')
  return lines
}
