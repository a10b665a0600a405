import { Random } from '../node/src/fixtures/seeded-random.ts'
import { ASwarm, quantile } from '../test/integration/discovery/a-swarm.ts'

const PROCESSES = 10
const KILLED = 3

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

/** Lookups of signed addresses among many peers of one machine, before and after a loss. @param peers a multiple of 10. */
export async function* measureDht(peers = 100): AsyncGenerator<DhtMeasurement> {
  await using swarm = await ASwarm.start({
    ...{ processes: PROCESSES, peersPerProcess: peers / PROCESSES, random: new Random(1) },
  })
  const residentBytes = (await swarm.reports()).reduce((bytes, report) => bytes + report.residentBytes, 0)
  const mebibytesPerPeer = residentBytes / peers / (1 << 20)
  for (const when of ['all peers there', '30 % killed at once'] as const) {
    if (when !== 'all peers there') await swarm.kill(KILLED)
    const lookups = await swarm.lookUpAll(1)
    const ms = lookups.map((lookup) => lookup.ms)
    const found = lookups.filter((lookup) => lookup.found).length
    yield {
      ...{ when, peers, lookups: lookups.length, foundShare: found / lookups.length, mebibytesPerPeer },
      ...{ medianMs: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) },
    }
  }
}
