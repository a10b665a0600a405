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
/** Schedules that one process runs. */
const SCHEDULES_EACH = 100
/** V8 would collect everything for every 64 MiB of sectors, seven times in a schedule: two fifths of all its time. */
const SELDOM_COLLECTED = ['--external-memory-accounted-in-global-limit', '--heap-growing-percent=400']

type Line = { seed: number; happened?: Happened; error?: string }

test('random faults of providers, writers and network lose no acknowledged file and certify no two states of one nonce', async (t) => {
  const lines: Line[] =
    only === undefined
      ? await inProcesses(first, schedules)
      : [{ seed: Number(only), happened: await runSchedule(Number(only)) }]
  const total: Record<string, number> = {}
  for (const { seed, happened, error } of lines) {
    if (happened === undefined) assert.fail(`STORGO_TEST_SEED=${seed} replays this: ${error}`)
    for (const [name, count] of Object.entries(happened)) {
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
    }
  }
  t.diagnostic(`${lines.length} schedules, first seed ${only ?? first}: ${JSON.stringify(total)}`)
  if (only !== undefined) return
  assert.equal(lines.length, schedules)
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

/**
 * `count` schedules from seed `from` on, as many processes at a time as there are processors. Each process ends after some
 * schedules: a volume's life leaves little behind, but a thousand lives are marked at every collection.
 */
async function inProcesses(from: number, count: number): Promise<Line[]> {
  const parts = Array.from({ length: Math.ceil(count / SCHEDULES_EACH) }, (_, i) => ({
    from: from + i * SCHEDULES_EACH,
    count: Math.min(SCHEDULES_EACH, count - i * SCHEDULES_EACH),
  }))
  const lines: Line[] = []
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) lines.push(...(await inProcess(part)))
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, work))
  return lines
}

async function inProcess({ from, count }: { from: number; count: number }): Promise<Line[]> {
  const file = fileURLToPath(new URL('./fixtures/run-schedules.ts', import.meta.url))
  const child = spawn(process.execPath, [...SELDOM_COLLECTED, file, String(from), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Line[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line) as Line)
  assert.equal(lines.length, count, 'a process of schedules has ended before its time')
  return lines
}
