import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aClient, addressOf, anEchoProvider, ECHO, SILENCE } from './fixtures/peers.ts'
import { request } from './request.ts'

const message = Uint8Array.of(1)

test('a connection on which nothing has come for long ends with a request that times out, and the next one makes another', async (t) => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  const to = addressOf(provider)
  await request(client, { to, protocol: ECHO, message })
  const [first] = client.libp2p.getConnections(to.peerId)
  const silent = { to, protocol: SILENCE, message, timeoutMs: 100 }
  await assert.rejects(request(client, silent), { code: 'TIMED_OUT' })
  assert.equal(first?.status, 'open')
  const { mock } = t.mock.method(client.silence, 'isGone', () => true)
  await assert.rejects(request(client, silent), { code: 'TIMED_OUT' })
  mock.restore()
  assert.notEqual(first?.status, 'open')
  await request(client, { to, protocol: ECHO, message })
})
