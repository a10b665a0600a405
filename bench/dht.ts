import { Random } from '../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from '../test/integration/discovery/a-swarm.ts'
import type { Lookup } from '../test/integration/discovery/swarm-process.ts'

/** Peers of each process; the first is killed. More processes would only take more memory: the machine has two cores. */
const PEERS = [30, 35, 35]
/** Others that each node looks up. */
const TIMES = { before: 2, after: 30 }
const CLIENTS = { clients: 20, times: 10 }

type DhtMeasurement = {
  lookups: string
  count: number
  found: number
  foundShare: number
  medianMs: number
  p99Ms: number
}
type SwarmMeasurement = {
  swarm: string
  peers: number
  /** Resident memory of all processes, shared by the peers in them. */
  mebibytesPerPeer: number
  fewestContacts: number
  /** Rounds in which records were put, the last of which put none. */
  publishingRounds: number
}
type InVain = { lookupInVain: string; why: string }

/** Lookups of signed addresses among many peers of one machine, before and after a loss. */
export async function* measureDht(): AsyncGenerator<DhtMeasurement | SwarmMeasurement | InVain> {
  const peers = PEERS.reduce((all, each) => all + each)
  await using swarm = await ASwarm.start({ peers: PEERS, random: new Random(1) })
  const reports = await swarm.reports()
  const residentBytes = reports.reduce((bytes, report) => bytes + report.residentBytes, 0)
  yield {
    ...{ swarm: 'all peers there', peers, publishingRounds: swarm.rounds },
    mebibytesPerPeer: residentBytes / peers / (1 << 20),
    fewestContacts: Math.min(...reports.flatMap(({ contacts }) => contacts)),
  }
  const rounds = {
    'before the loss': () => swarm.lookUp(TIMES.before),
    '30 % killed at once': () => swarm.lookUp(TIMES.after),
    'by clients that have just come': () => swarm.lookUpAsClients(CLIENTS),
  }
  for (const [name, lookUp] of Object.entries(rounds)) {
    if (lookUp === rounds['30 % killed at once']) await swarm.killFirst()
    const lookups = await lookUp()
    yield summary(name, lookups)
    yield* lookups.flatMap(({ inVain }) => (inVain ? { lookupInVain: name, why: inVain.why } : []))
  }
}

function summary(name: string, lookups: readonly Lookup[]): DhtMeasurement {
  const ms = lookups.map((lookup) => lookup.ms)
  const found = lookups.filter(({ inVain }) => inVain === undefined).length
  return {
    ...{ lookups: name, count: lookups.length, found, foundShare: found / lookups.length },
    ...{ medianMs: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) },
  }
}
