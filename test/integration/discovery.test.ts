import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from './discovery/a-swarm.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
/** Peers of each process; the first is killed. */
const PEERS = isFull ? [30, 35, 35] : [6, 14]
const ALL = PEERS.reduce((all, peers) => all + peers)
const TIMES = isFull ? 15 : 5

test(`of ${ALL} peers 30 % are killed at once, and all others are still found`, async (t) => {
  const random = new Random(1)
  await using swarm = await ASwarm.start({ peers: PEERS, random })
  const reports = await swarm.reports()
  const contacts = reports.flatMap((report) => report.contacts)
  assert.ok(contacts.every((count) => count > 0))
  const residentBytes = reports.reduce((bytes, report) => bytes + report.residentBytes, 0)
  const before = await swarm.lookUpAll(1)
  await swarm.killFirst()
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
  const perNode = residentBytes / ALL / (1 << 20)
  t.diagnostic(`${perNode.toFixed(1)} MiB of memory a node, its share of its process included`)
  const share = after.filter(({ found }) => found).length / after.length
  assert.ok(share >= 0.999, `only ${share * 100} % of lookups succeeded`)
})
