import type { Peer } from '@storgo/sdk'
import type { ProviderChain } from '../chain/provider-chain.ts'
import type { NodeConfig } from '../config/schema.ts'
import type { BehindSlots } from '../slots/behind-slots.ts'
import type { SectorRef } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { blameCoSlot } from './blame-co-slot.ts'
import type { CatchUpServices } from './catch-up.ts'
import { coSlotsByRegistry } from './co-slots.ts'
import { heldSlots } from './held-slots.ts'
import { scrubSlots } from './scrub-slots.ts'
import { WatchReport } from './watch-report.ts'
import { Watcher } from './watcher.ts'

const DAY_MS = 86_400_000

export type WatchingOptions = {
  /** Live: read when it is used. */
  config: NodeConfig['watch']
  /** The store as the disk is: reads here are not noticed again. */
  services: CatchUpServices
  peer: Peer
  chain: Pick<ProviderChain, 'readPeer' | 'readBook'>
  behind: BehindSlots
  /** Tells the listener of sectors that reads find corrupt. */
  onCorrupt: (listener: (sector: SectorRef) => void) => void
  nowMs: () => number
  logger: Logger
  metrics: Metrics
}

/** Looks after all slots of this provider, and reads all that is stored now and then. `reconsider` is for when `config` has changed. */
export function startWatching(options: WatchingOptions): AsyncDisposable & { reconsider(): void } {
  const { config, services, peer, chain, behind, onCorrupt, nowMs, logger, metrics } = options
  const { volumes, domain, operator, store } = services
  const watcher = new Watcher({
    services,
    findCoSlots: coSlotsByRegistry({
      ...{ peer, volumes, domain, operator: operator.address, nowMs },
      readPeer: (provider, reading) => chain.readPeer(provider, reading),
    }),
    heldSlots: heldSlots({ store, readBook: (reading) => chain.readBook(reading), logger }),
    get intervalMs() {
      return config.intervalSeconds * 1_000
    },
    random: Math.random,
    nowMs,
    report: new WatchReport({ logger, metrics, onLie: blameCoSlot({ peer, volumes, chain, logger }) }),
  })
  behind.onBehind((ref) => watcher.onBehind(ref))
  onCorrupt((sector) => watcher.onCorrupt(sector))
  watcher.start()
  const scrubbing = scrubSlots({
    get passMs() {
      return config.scrubDays * DAY_MS
    },
    ...{ store, onCorrupt: (sector) => watcher.onCorrupt(sector), logger, metrics },
  })
  return {
    reconsider() {
      watcher.reconsider()
      scrubbing.reconsider()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([scrubbing[Symbol.asyncDispose](), watcher[Symbol.asyncDispose]()])
    },
  }
}
