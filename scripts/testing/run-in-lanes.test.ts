import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runInLanes } from './run-in-lanes.ts'

type AStage = { name: string; needs?: string }

/** Runs stages whose ends this decides: whatever runs, `choose` gives the index of the one that ends next. */
async function running(stages: readonly AStage[], lanes: number, choose: (count: number) => number) {
  const log: string[] = []
  const open: { name: string; end: () => void }[] = []
  let most = 0
  const all = runInLanes(stages, lanes, async ({ name }) => {
    log.push(`${name} starts`)
    const { promise, resolve } = Promise.withResolvers<void>()
    open.push({ name, end: resolve })
    most = Math.max(most, open.length)
    await promise
    log.push(`${name} ends`)
  })
  while (log.length < 2 * stages.length) {
    // All that can start now has started when this is reached: nothing here waits for anything but its own ends.
    await new Promise((resolve) => setImmediate(resolve))
    const [ended] = open.splice(choose(open.length), 1)
    assert.ok(ended, 'nothing runs, and not all have')
    ended.end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await all
  return { log, most }
}

const someStages = fc.array(fc.option(fc.nat(), { nil: undefined }), { minLength: 1, maxLength: 12 }).map((needs) =>
  needs.map(
    (need, index): AStage => ({
      name: `s${index}`,
      ...(need !== undefined && index > 0 && { needs: `s${need % index}` }),
    }),
  ),
)

test('every stage runs once, after what it needs, and never more at once than there are lanes', async () => {
  await fc.assert(
    fc.asyncProperty(
      someStages,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat()),
      async (stages, lanes, draws) => {
        const { log, most } = await running(stages, lanes, (count) => Number(draws.next().value) % Math.max(count, 1))
        assert.ok(most <= lanes)
        for (const { name, needs } of stages) {
          assert.equal(log.filter((line) => line === `${name} starts`).length, 1)
          if (needs !== undefined) assert.ok(log.indexOf(`${needs} ends`) < log.indexOf(`${name} starts`))
        }
      },
    ),
  )
})

test('a free lane takes the first stage of the list that may start', async () => {
  const stages = [{ name: 'a' }, { name: 'b', needs: 'a' }, { name: 'c' }, { name: 'd' }]
  const { log } = await running(stages, 2, () => 0)
  assert.deepEqual(
    log.filter((line) => line.endsWith('starts')),
    ['a starts', 'c starts', 'b starts', 'd starts'],
  )
})

test('what is not in the list is not waited for, and a need that comes later is refused before anything runs', async () => {
  const ran: string[] = []
  const run = async ({ name }: AStage) => void ran.push(name)
  await runInLanes([{ name: 'a', needs: 'left out' }], 2, run)
  assert.deepEqual(ran, ['a'])
  await assert.rejects(runInLanes([{ name: 'b', needs: 'c' }, { name: 'c' }], 2, run), /"b" comes before "c"/u)
  assert.deepEqual(ran, ['a'])
})
