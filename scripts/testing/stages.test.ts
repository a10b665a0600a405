import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runInLanes } from './run-in-lanes.ts'
import { STAGES } from './stages.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Run once more with the code that browsers get. */
const TWICE = /^protocol\//u

test('stages have names of their own and come after what they need', async () => {
  const ran: string[] = []
  await runInLanes(STAGES, 2, async ({ name }) => void ran.push(name))
  assert.deepEqual(ran.toSorted(), STAGES.map(({ name }) => name).toSorted())
  assert.equal(new Set(ran).size, STAGES.length)
  for (const { needs } of STAGES) assert.ok(needs === undefined || ran.includes(needs), needs)
})

test('every test file of the repository is run by one stage', () => {
  const all = globSync('*/**/*.{test.ts,t.sol}', {
    cwd: ROOT,
    exclude: ['**/node_modules', 'artifacts', 'cache', '**/dist'],
  })
  const run = new Map<string, string[]>()
  for (const { name, files = [] } of STAGES) {
    for (const file of globSync(files, { cwd: ROOT })) run.set(file, [...(run.get(file) ?? []), name])
  }
  assert.ok(all.length > 200, `only ${all.length} were found`)
  for (const file of all) assert.equal(run.get(file)?.length, TWICE.test(file) ? 2 : 1, `${file}: ${run.get(file)}`)
  assert.deepEqual([...run.keys()].toSorted(), all.toSorted())
})
