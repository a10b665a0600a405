import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapAhead } from './map-ahead.ts'

async function* count(to: number, made: number[] = []) {
  for (let i = 0; i < to; i++) {
    made.push(i)
    yield i
  }
}

test('results come in order with at most `ahead` calls running', async () => {
  let running = 0
  let most = 0
  const results = mapAhead(count(10), 3, async (i) => {
    most = Math.max(most, ++running)
    for (let turns = (i * 7) % 5; turns >= 0; turns--) await Promise.resolve()
    running--
    return i * 2
  })
  assert.deepEqual(await Array.fromAsync(results), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  assert.ok(most > 1 && most <= 3, `${most} calls ran at a time`)
})

test('a failure comes in its turn and ends the results', async () => {
  const seen: number[] = []
  const results = mapAhead(count(10), 4, async (i) => {
    if (i === 2) throw new Error('two')
    return i
  })
  const drain = async () => {
    for await (const i of results) seen.push(i)
  }
  await assert.rejects(drain, { message: 'two' })
  assert.deepEqual(seen, [0, 1])
})

test('a consumer that stops takes no more of the source', async () => {
  const made: number[] = []
  for await (const i of mapAhead(count(100, made), 4, async (i) => i)) if (i === 1) break
  assert.ok(made.length <= 6, `${made.length} were taken`)
})
