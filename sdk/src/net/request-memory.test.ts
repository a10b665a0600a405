import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { aClient, addressOf, anEchoProvider, ECHO } from './fixtures/peers.ts'
import { request } from './request.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function liveBytes(): number {
  if (typeof collect === 'function') collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('two thousand requests leave nothing behind in memory', async () => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  const to = addressOf(provider)
  const bulk = randomBytes(16_384)
  const signal = new AbortController().signal
  const ask = async (count: number) => {
    let left = count
    const askInTurn = async () => {
      while (left-- > 0) await request(client, { to, protocol: ECHO, message: new Uint8Array(100), bulk, signal })
    }
    await Promise.all(Array.from({ length: 8 }, askInTurn))
  }
  await ask(500)
  const before = liveBytes()
  await ask(2_000)
  const grown = liveBytes() - before
  // 2 000 × 16 KiB would be 32 MiB; a leak of 500 bytes a request would be 1 MiB.
  assert.ok(grown < 1 << 20, `grew by ${grown} bytes`)
})
