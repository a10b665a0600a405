import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from './discovery/a-swarm.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
/** Peers of each process; the first is killed. */
const PEERS = isFull ? [30, 35, 35] : [6, 14]
const ALL = PEERS.reduce((all, peers) => all + peers)
/** Others that each node looks up. */
const TIMES = isFull ? { before: 2, after: 30 } : { before: 2, after: 5 }
const CLIENTS = isFull ? { clients: 20, times: 10 } : { clients: 3, times: 5 }
/** Of the lookups that came to an end. The small network is also tried on busy machines, where peers that are there do not answer in time. */
const FOUND = isFull ? 0.999 : 0.95
/** Of all. A lookup has seconds, and those may be over before a busy machine has given it the processor. */
const FOUND_IN_TIME = isFull ? 0.999 : 0.33

test(`of ${ALL} peers 30 % are killed at once, and all others are still found`, async (t) => {
  const random = new Random(1)
  await using swarm = await ASwarm.start({ peers: PEERS, random })
  const reports = await swarm.reports()
  const contacts = reports.flatMap((report) => report.contacts)
  assert.ok(contacts.every((count) => count > 0))
  const residentBytes = reports.reduce((bytes, report) => bytes + report.residentBytes, 0)
  const perNode = residentBytes / ALL / (1 << 20)
  t.diagnostic(`${perNode.toFixed(1)} MiB of memory a node, its share of its process included`)
  const before = await swarm.lookUp(TIMES.before)
  await swarm.killFirst()
  const after = await swarm.lookUp(TIMES.after)
  const asClients = await swarm.lookUpAsClients(CLIENTS)
  const rounds = { 'before the loss': before, 'after it': after, 'by clients that have just come': asClients }
  for (const [when, lookups] of Object.entries(rounds)) {
    const inVain = lookups.flatMap((lookup) => lookup.inVain ?? [])
    const found = lookups.length - inVain.length
    const late = inVain.filter(({ isLate }) => isLate).length
    const ms = lookups.map((lookup) => lookup.ms)
    const times = `median ${Math.round(quantile(ms, 0.5))} ms, p99 ${Math.round(quantile(ms, 0.99))} ms`
    t.diagnostic(`${when}: ${found} of ${lookups.length} lookups found the address, ${times}`)
    const reasons = inVain.map(({ why }) => why)
    for (const why of reasons) t.diagnostic(`in vain: ${why}`)
    assert.ok(found >= FOUND_IN_TIME * lookups.length, reasons.join('\n'))
    // A client is not told who did not answer, so of its lookups all that are in vain may be late.
    if (lookups !== asClients) assert.ok(found >= FOUND * (lookups.length - late), reasons.join('\n'))
  }
})
