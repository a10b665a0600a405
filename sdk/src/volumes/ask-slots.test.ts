import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { zeroAddress } from 'viem'
import { askSlots } from './ask-slots.ts'
import { SlotLink } from './slot-link.ts'

const links = Array.from(
  { length: 4 },
  (_, slot) => new SlotLink({ call: undefined, volumeId: 1n, slot, provider: zeroAddress }),
)

/** Asks four slots of which those in `answering` answer; time is stepped by hand. */
function asking(t: { after(done: () => void): void }, answering: readonly number[], enough = 4) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const failed: number[] = []
  const asked = askSlots(links, {
    ask: ({ slot }, { signal }) => {
      if (answering.includes(slot)) return Promise.resolve(slot)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
    isEnough: (answers) => answers.length >= enough,
    graceMs: 100,
    onFailed: ({ slot }) => failed.push(slot),
  })
  return { asked, failed }
}

test('slots that stay silent while others answer are not waited for long, and nobody blames them for what they were told', async (t) => {
  const { asked, failed } = asking(t, [0, 2])
  await turn()
  mock.timers.tick(3_000)
  const { answers, silent } = await asked
  assert.deepEqual([answers, silent.map(({ slot }) => slot), failed], [[0, 2], [1, 3], []])
})

test('once enough have answered the others get a little longer', async (t) => {
  const { asked } = asking(t, [0, 1, 2], 3)
  await turn()
  mock.timers.tick(100)
  assert.deepEqual((await asked).answers, [0, 1, 2])
})

test('while nobody answers it is waited longer', async (t) => {
  const { asked } = asking(t, [])
  let over = false
  const watched = asked.then(() => {
    over = true
  })
  mock.timers.tick(9_999)
  await turn()
  assert.equal(over, false)
  mock.timers.tick(1)
  await watched
  assert.equal((await asked).silent.length, 4)
})
