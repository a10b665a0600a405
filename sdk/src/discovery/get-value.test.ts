import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionTo } from '../net/connection-to.ts'
import { aClient, addressOf, anEchoProvider, ECHO } from '../net/fixtures/peers.ts'
import { getValue } from './get-value.ts'

test('a stream that takes no question any more fails the question, and nothing besides', async (t) => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  const connection = await connectionTo(client, addressOf(provider))
  const open = connection.newStream.bind(connection)
  t.mock.method(connection, 'newStream', async (...args: Parameters<typeof open>) => {
    const stream = await open(...args)
    // Its connection is ending: it can still be aborted, but no longer be written to.
    stream.close().catch(() => {})
    return stream
  })
  const question = { protocol: ECHO, key: new Uint8Array(32), signal: AbortSignal.timeout(20_000) }
  // A rejection that nobody handles would fail this test by itself.
  await assert.rejects(getValue(connection, question))
})
