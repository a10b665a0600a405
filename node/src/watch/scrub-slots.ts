import { setTimeout as delay } from 'node:timers/promises'
import { SECTOR_BYTES } from '@storgo/protocol'
import type { SectorRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Slower would save nothing, and a pass that a restart interrupts begins anew. */
const LEAST_BYTES_PER_SECOND = 1 << 20
/** After a pass that failed. */
const RETRY_MS = 60_000

export type ScrubSlotsOptions = {
  store: Pick<SlotStore, 'scrub' | 'usage'>
  /** How long a pass over everything may take, and how often one begins. */
  passMs: number
  onCorrupt: (sector: SectorRef) => void
  logger: Logger
  metrics: Metrics
}

/** Reads everything that is stored again and again, slowly, so that what a disk loses is found while others still have it. */
export function scrubSlots(options: ScrubSlotsOptions): AsyncDisposable {
  const stopping = new AbortController()
  const running = run(options, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('The node is stopping.'))
      await running
    },
  }
}

async function run(
  { store, passMs, onCorrupt, logger, metrics }: ScrubSlotsOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = performance.now()
    const { stored } = store.usage()
    const bytesPerSecond = Math.max(LEAST_BYTES_PER_SECOND, (stored * SECTOR_BYTES * 1_000) / passMs)
    let corrupt = 0
    let restMs = RETRY_MS
    const found = (sector: SectorRef) => {
      corrupt++
      metrics.corruptSectors.inc()
      onCorrupt(sector)
    }
    try {
      await store.scrub({ signal, bytesPerSecond, onCorrupt: found })
      const durationMs = Math.round(performance.now() - startedMs)
      restMs = Math.max(RETRY_MS, passMs - durationMs)
      if (!signal.aborted && stored > 0)
        logger.info({ sectors: stored, corrupt, durationMs }, 'everything stored was read')
    } catch (error) {
      if (!signal.aborted) logger.warn({ error }, 'reading everything stored failed; it begins anew')
    }
    await delay(restMs, undefined, { signal }).catch(() => {})
  }
}
