import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aClient,
  addressOf,
  anEchoProvider,
  ECHO,
  NATIVE_CARRIER,
  QUIC_STREAMS,
  TCP_STREAMS,
  WEBSOCKET_STREAMS,
} from './fixtures/peers.ts'
import { describeRequests } from './request.conformance.ts'
import { request } from './request.ts'

const message = Uint8Array.of(1, 2, 3)

for (const way of [TCP_STREAMS, QUIC_STREAMS, WEBSOCKET_STREAMS, NATIVE_CARRIER]) describeRequests(way)

test('request dials and greets once for all that ask at the same time and later', async () => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  let connections = 0
  provider.libp2p.addEventListener('connection:open', () => connections++)
  const ask = () => request(client, { to: addressOf(provider), protocol: ECHO, message })
  await Promise.all(Array.from({ length: 20 }, ask))
  await ask()
  assert.equal(connections, 1)
  const [connection] = provider.libp2p.getConnections()
  assert.ok(connection && provider.greetings.of(connection))
  assert.equal(connection.encryption, '/tls/1.0.0')
})
