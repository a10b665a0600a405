import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyedTasks } from './keyed-tasks.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Tasks that end when they are told to; `log` is what began, in order. */
function aRun(concurrency: number, maxWaiting = 100) {
  const tasks = new KeyedTasks({ concurrency, maxWaiting })
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const start = (key: string) =>
    tasks.start(key, async (signal) => {
      log.push(key)
      await new Promise<void>((resolve) => {
        ends.set(key, resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    })
  const end = async (key: string) => {
    ends.get(key)?.()
    await turn()
  }
  return { tasks, log, start, end }
}

test('no more than so many run at a time, in the order they were asked for', async () => {
  const { log, start, end } = aRun(2)
  for (const key of ['a', 'b', 'c', 'd']) start(key)
  assert.deepEqual(log, ['a', 'b'])
  await end('b')
  assert.deepEqual(log, ['a', 'b', 'c'])
})

test('what waits already is not run twice, what runs already is run once more', async () => {
  const { log, start, end } = aRun(1)
  for (const key of ['a', 'b', 'b', 'a', 'a']) start(key)
  await end('a')
  await end('b')
  await end('a')
  assert.deepEqual(log, ['a', 'b', 'a'])
})

test('one key never runs twice at the same time, though there is a place', async () => {
  const { log, start, end } = aRun(2)
  for (const key of ['a', 'a', 'b']) start(key)
  assert.deepEqual(log, ['a', 'b'])
  await end('a')
  assert.deepEqual(log, ['a', 'b', 'a'])
})

test('beyond the bound nothing is taken in line', () => {
  const { start } = aRun(1, 1)
  assert.deepEqual(['a', 'b', 'c', 'b'].map(start), [true, true, false, true])
})

test('disposing it ends what runs, waits for it, and begins nothing more', async () => {
  const { tasks, log, start } = aRun(1)
  for (const key of ['a', 'b']) start(key)
  await tasks[Symbol.asyncDispose]()
  assert.equal(start('c'), false)
  assert.deepEqual(log, ['a'])
})
