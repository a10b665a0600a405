import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ANeighbour } from '../../../sdk/src/discovery/fixtures/a-neighbour.ts'
import { NodeGuard } from '../peers/node-guard.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { PeerSearch } from './peer-search.ts'

const logger = createLogger({ level: 'silent', format: 'json' })

test('a node reaches a peer of its settings, tells it where it is, and tells it again when that has changed', async () => {
  await using resources = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'storgo-search-'))
  resources.defer(() => rm(dataDir, { recursive: true }))
  const guard = resources.use(await NodeGuard.open({ dataDir, now: Date.now, logger, metrics: createMetrics() }))
  const other = resources.use(await ANeighbour.start())
  const own = resources.use(await ANeighbour.start({ guard }))
  const search = resources.use(
    new PeerSearch({
      ...{ peer: own.peer, discovery: own.discovery, guard, operatorKey: own.key, logger },
      ...{ configured: other.address.multiaddrs.map(String), listRegistered: async () => [] },
      ...{ intervalMs: 100, nowMs: () => performance.now(), random: Math.random },
    }),
  )
  search.start()
  const listened = own.address.multiaddrs.map(String)
  await eventually(async () => String(await whereIs(own, other)) === String(listened))
  const moved = `/dns4/storgo.example/tcp/4001/p2p/${own.peer.libp2p.peerId}`
  own.announced.push(moved)
  await eventually(async () => String(await whereIs(own, other)) === moved)
})

async function whereIs({ address }: ANeighbour, by: ANeighbour): Promise<string[]> {
  const found = await by.discovery.findAddress(address.operator)
  return found?.multiaddrs.map(String) ?? []
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(200)) if (await isSo()) return
  assert.fail('not within 60 s')
}
