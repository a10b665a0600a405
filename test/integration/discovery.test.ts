import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from './discovery/a-swarm.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
const PROCESSES = 10
const PEERS_PER_PROCESS = isFull ? 10 : 3
const KILLED = 3
const TIMES = isFull ? 15 : 5

test(`of ${PROCESSES * PEERS_PER_PROCESS} peers 30 % are killed at once, and all others are still found`, async (t) => {
  const random = new Random(1)
  await using swarm = await ASwarm.start({ processes: PROCESSES, peersPerProcess: PEERS_PER_PROCESS, random })
  const reports = await swarm.reports()
  const contacts = reports.flatMap((report) => report.contacts)
  assert.ok(contacts.every((count) => count > 0))
  const residentBytes = reports.reduce((bytes, report) => bytes + report.residentBytes, 0)
  const before = await swarm.lookUpAll(1)
  await swarm.kill(KILLED)
  const after = await swarm.lookUpAll(TIMES)
  for (const [when, lookups] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const found = lookups.filter((lookup) => lookup.found).length
    const ms = lookups.map((lookup) => lookup.ms)
    const times = `median ${Math.round(quantile(ms, 0.5))} ms, p99 ${Math.round(quantile(ms, 0.99))} ms`
    t.diagnostic(`${when} the loss: ${found} of ${lookups.length} lookups found the address, ${times}`)
  }
  const perNode = residentBytes / (PROCESSES * PEERS_PER_PROCESS) / (1 << 20)
  t.diagnostic(`${perNode.toFixed(1)} MiB of memory a node, its share of its process included`)
  const share = after.filter(({ found }) => found).length / after.length
  assert.ok(share >= 0.999, `only ${share * 100} % of lookups succeeded`)
})
