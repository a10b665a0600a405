import type { DhtReport } from '@storgo/sdk/discovery'
import { Counter, Gauge } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** Adds what the DHT tells at every scrape; it keeps the counts itself. */
export function registerDhtGauges({ registry }: Pick<Metrics, 'registry'>, report: () => Promise<DhtReport>): void {
  const registers = [registry]
  new Gauge({
    ...{ name: 'storgo_dht_contacts', help: 'Peers in the routing table.', registers },
    async collect() {
      this.set((await report()).contacts)
    },
  })
  new Gauge({
    ...{ name: 'storgo_dht_kept', help: 'Entries kept for others, by kind.', labelNames: ['kind'], registers },
    async collect() {
      for (const [kind, count] of Object.entries((await report()).kept)) this.set({ kind }, count)
    },
  })
  new Counter({
    ...{ name: 'storgo_dht_dropped_total', help: 'Silent peers that left the routing table.', registers },
    async collect() {
      const { dropped } = await report()
      this.reset()
      this.inc(dropped)
    },
  })
  new Counter({
    name: 'storgo_dht_lookups_total',
    help: 'Lookups by what was looked for (or published) and whether it was found (or kept by anybody).',
    labelNames: ['kind', 'outcome'],
    registers,
    async collect() {
      const { lookups } = await report()
      this.reset()
      for (const [kind, { total, failed }] of Object.entries(lookups)) {
        this.inc({ kind, outcome: 'found' }, total - failed)
        this.inc({ kind, outcome: 'failed' }, failed)
      }
    },
  })
  new Gauge({
    name: 'storgo_dht_lookup_seconds',
    help: 'Duration of the last 256 lookups of each kind.',
    labelNames: ['kind', 'quantile'],
    registers,
    async collect() {
      for (const [kind, { medianMs, p99Ms }] of Object.entries((await report()).lookups)) {
        if (medianMs !== undefined) this.set({ kind, quantile: '0.5' }, medianMs / 1_000)
        if (p99Ms !== undefined) this.set({ kind, quantile: '0.99' }, p99Ms / 1_000)
      }
    },
  })
}
