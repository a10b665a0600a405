import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { request } from '@storgo/sdk'
import {
  aClient,
  addressOf,
  anEchoProvider,
  ECHO,
  NATIVE_CARRIER,
  SILENCE,
  takeNativeCarrier,
} from '../../../sdk/src/net/fixtures/peers.ts'
import { NodeGuard } from '../peers/node-guard.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'

test('a ban ends the native carriers of a peer, its connections and what it has asked at once', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'storgo-banned-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const logger = createLogger({ level: 'silent', format: 'json' })
  await using guard = await NodeGuard.open({ dataDir, now: Date.now, logger, metrics: createMetrics() })
  await using provider = await anEchoProvider({ way: NATIVE_CARRIER, guard })
  guard.attach(provider.libp2p)
  await using client = await aClient()
  const to = addressOf(provider)
  const message = Uint8Array.of(1)
  const carrier = await takeNativeCarrier(client, to)
  await request(client, { to, protocol: ECHO, message })
  const asked = Array.from({ length: 3 }, () => request(client, { to, protocol: SILENCE, message, timeoutMs: 60_000 }))
  const ended = Promise.allSettled(asked)

  guard.ban(client.libp2p.peerId.toString(), { reason: 'test' })

  await carrier.closed
  for (const result of await ended) assert.equal(result.status, 'rejected')
  assert.deepEqual(provider.libp2p.getConnections(client.libp2p.peerId), [])
  await assert.rejects(request(client, { to, protocol: ECHO, message, timeoutMs: 5_000 }))
})
