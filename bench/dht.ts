import { Random } from '../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from '../test/integration/discovery/a-swarm.ts'

/** Peers of each process; the first is killed. More processes would only take more memory: the machine has two cores. */
const PEERS = [30, 35, 35]

type DhtMeasurement = {
  when: 'all peers there' | '30 % killed at once'
  peers: number
  lookups: number
  foundShare: number
  medianMs: number
  p99Ms: number
  /** Resident memory of all processes, shared by the peers in them. */
  mebibytesPerPeer: number
}

/** Lookups of signed addresses among many peers of one machine, before and after a loss. */
export async function* measureDht(): AsyncGenerator<DhtMeasurement> {
  const peers = PEERS.reduce((all, each) => all + each)
  await using swarm = await ASwarm.start({ peers: PEERS, random: new Random(1) })
  const residentBytes = (await swarm.reports()).reduce((bytes, report) => bytes + report.residentBytes, 0)
  const mebibytesPerPeer = residentBytes / peers / (1 << 20)
  for (const when of ['all peers there', '30 % killed at once'] as const) {
    if (when !== 'all peers there') await swarm.killFirst()
    const lookups = await swarm.lookUpAll(1)
    const ms = lookups.map((lookup) => lookup.ms)
    const found = lookups.filter((lookup) => lookup.found).length
    yield {
      ...{ when, peers, lookups: lookups.length, foundShare: found / lookups.length, mebibytesPerPeer },
      ...{ medianMs: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) },
    }
  }
}
