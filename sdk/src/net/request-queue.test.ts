import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestQueue } from './request-queue.ts'

/** A work that ends when told to, and the order in which works started. */
function aQueueOfWorks(limits: { concurrency: number; maxWaiting: number }) {
  const queue = new RequestQueue(limits)
  const started: string[] = []
  const run = (name: string, { key = 'a', signal }: { key?: string; signal?: AbortSignal } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const result = queue.run(key, signal, () => {
      started.push(name)
      return promise
    })
    return { result, end: () => resolve(name), fail: () => reject(new Error(name)) }
  }
  return { started, run }
}

test('a key runs as many works as allowed, the rest in order as places come free', async () => {
  const { started, run } = aQueueOfWorks({ concurrency: 2, maxWaiting: 9 })
  const works = ['1', '2', '3', '4'].map((name) => run(name))
  const other = run('other', { key: 'b' })
  assert.deepEqual(started, ['1', '2', 'other'])
  works[1]!.fail()
  await assert.rejects(works[1]!.result)
  works[2]!.end()
  assert.equal(await works[2]!.result, '3')
  for (const work of [...works, other]) work.end()
  assert.deepEqual(await Promise.all([works[0]!.result, works[3]!.result, other.result]), ['1', '4', 'other'])
  assert.deepEqual(started, ['1', '2', 'other', '3', '4'])
})

test('a work over the bound of those waiting is refused at once', async () => {
  const { run } = aQueueOfWorks({ concurrency: 1, maxWaiting: 1 })
  const works = ['1', '2'].map((name) => run(name))
  await assert.rejects(run('3').result, { code: 'PROVIDER_BUSY' })
  for (const work of works) work.end()
  assert.equal(await works[1]!.result, '2')
})

test('a work whose signal aborts while it waits never starts and frees its place', async () => {
  const { started, run } = aQueueOfWorks({ concurrency: 1, maxWaiting: 1 })
  const controller = new AbortController()
  const first = run('1')
  const second = run('2', { signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(second.result, /enough/)
  const third = run('3')
  first.end()
  third.end()
  assert.equal(await third.result, '3')
  assert.deepEqual(started, ['1', '3'])
})
