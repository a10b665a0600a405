import { SECTOR_BYTES } from '@storgo/protocol'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What is read at the moment of a scrape. */
export type MetricSources = {
  usage: () => { stored: number; staged: number; capacity: number }
  health: () => { writable: boolean; readable: boolean; full?: string }
  peers: () => number
  chain: () => { epoch: number; block: number; secondsSinceBlock: number }
}

export type Metrics = ReturnType<typeof createMetrics>

/** Everything this process counts. Names carry their unit. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    proofs: new Counter({
      name: 'storgo_proofs_total',
      help: 'Epochs by how they ended.',
      labelNames: ['outcome'],
      registers,
    }),
    proofDuration: new Histogram({
      name: 'storgo_proof_duration_seconds',
      help: 'From reading the challenged sectors to the receipt of the transaction.',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    proofGas: new Counter({ name: 'storgo_proof_gas_total', help: 'Gas used by proofs.', registers }),
    reorganisations: new Counter({
      name: 'storgo_chain_reorganisations_total',
      help: 'Times that blocks which had been seen were replaced.',
      registers,
    }),
    proofsUndone: new Counter({
      name: 'storgo_proofs_undone_total',
      help: 'Proofs that a reorganisation of the chain undid.',
      registers,
    }),
    slotsBehind: new Gauge({
      name: 'storgo_slots_behind',
      help: 'Own slots below their floor of this epoch or the next: they cannot be proven until they have caught up.',
      registers,
    }),
    staleNeighbours: new Counter({
      name: 'storgo_stale_neighbours_total',
      help: 'Proofs of co-slots under an older state than was certified before the epoch, or under none.',
      labelNames: ['kind'],
      registers,
    }),
    anchors: new Counter({
      name: 'storgo_anchors_total',
      help: 'Transactions that raise floors of co-slots, by how they ended.',
      labelNames: ['outcome'],
      registers,
    }),
    lostSamples: new Counter({
      name: 'storgo_lost_samples_total',
      help: 'Challenged leaves that the store could not show.',
      registers,
    }),
    settlements: new Counter({
      name: 'storgo_settlements_total',
      help: 'Slots settled, by how it ended.',
      labelNames: ['outcome'],
      registers,
    }),
    requests: new Counter({
      name: 'storgo_requests_total',
      help: 'Requests answered, by protocol and error code (OK for none).',
      labelNames: ['protocol', 'code'],
      registers,
    }),
    requestDuration: new Histogram({
      name: 'storgo_request_duration_seconds',
      help: 'From the whole request to its answer.',
      labelNames: ['protocol'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    peerOffences: new Counter({
      name: 'storgo_peer_offences_total',
      help: 'Things that peers did which no honest one does, by what it was.',
      labelNames: ['offence'],
      registers,
    }),
    catchUps: new Counter({
      name: 'storgo_catch_ups_total',
      help: 'Times that a slot caught up with its co-slots.',
      registers,
    }),
    rebuiltSectors: new Counter({
      name: 'storgo_rebuilt_sectors_total',
      help: 'Sectors rebuilt from co-slots to catch up.',
      registers,
    }),
    corruptSectors: new Counter({
      name: 'storgo_corrupt_sectors_total',
      help: 'Sectors that scrubbing found corrupt.',
      registers,
    }),
    healedSectors: new Counter({
      name: 'storgo_healed_sectors_total',
      help: 'Corrupt sectors that were rebuilt from co-slots and put back.',
      registers,
    }),
    watchFailures: new Counter({
      name: 'storgo_watch_failures_total',
      help: 'Looks at slots, catch-ups and heals that failed, by error code.',
      labelNames: ['code'],
      registers,
    }),
  }
}

/** Adds what is read at every scrape. */
export function registerGauges({ registry }: Metrics, { usage, health, peers, chain }: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(read())
      },
    })
  }
  gauge('storgo_sectors', 'Sectors on disk for states, those kept for undo included.', () => usage().stored)
  gauge('storgo_stored_bytes', 'Bytes of those sectors.', () => usage().stored * SECTOR_BYTES)
  gauge('storgo_staged_bytes', 'Bytes of sectors staged for uploads.', () => usage().staged * SECTOR_BYTES)
  gauge('storgo_capacity_bytes', 'Most bytes of sectors that may be on disk.', () => usage().capacity * SECTOR_BYTES)
  gauge('storgo_store_writable', '1 while the store takes new bytes, 0 once its disk has failed.', () =>
    Number(health().writable),
  )
  gauge('storgo_store_full', '1 while the disk has no room for new bytes.', () => Number(health().full !== undefined))
  gauge('storgo_store_readable', '1 while the store can be read.', () => Number(health().readable))
  gauge('storgo_peers', 'Open connections.', peers)
  gauge('storgo_epoch', 'Current epoch.', () => chain().epoch)
  gauge('storgo_chain_block', 'Newest block seen.', () => chain().block)
  gauge('storgo_chain_lag_seconds', 'Time since a new block was seen.', () => chain().secondsSinceBlock)
  collectDefaultMetrics({ register: registry })
}
