import { SECTOR_BYTES } from '@storgo/protocol'
import { ChangingPause } from '../changing-pause.ts'
import type { SectorRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Slower would save nothing, and a pass that a restart interrupts begins anew. */
const LEAST_BYTES_PER_SECOND = 1 << 20
/** After a pass that failed. */
const RETRY_MS = 60_000

export type ScrubSlotsOptions = {
  store: Pick<SlotStore, 'scrub' | 'usage'>
  /** How long a pass over everything may take, and how often one begins; read whenever it matters. */
  readonly passMs: number
  onCorrupt: (sector: SectorRef) => void
  logger: Logger
  metrics: Metrics
}

/** `reconsider` is for when `passMs` has changed. */
export type Scrubbing = AsyncDisposable & { reconsider(): void }

/** Reads everything that is stored again and again, slowly, so that what a disk loses is found while others still have it. */
export function scrubSlots(options: ScrubSlotsOptions): Scrubbing {
  const stopping = new AbortController()
  const pause = new ChangingPause()
  const running = run(options, pause, stopping.signal)
  return {
    reconsider: () => pause.reconsider(),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('The node is stopping.'))
      await running
    },
  }
}

async function run(options: ScrubSlotsOptions, pause: ChangingPause, signal: AbortSignal): Promise<void> {
  const { store, onCorrupt, logger, metrics } = options
  while (!signal.aborted) {
    const startedMs = performance.now()
    const { stored } = store.usage()
    let corrupt = 0
    let restMs = () => RETRY_MS
    const found = (sector: SectorRef) => {
      corrupt++
      metrics.corruptSectors.inc()
      onCorrupt(sector)
    }
    try {
      await store.scrub({
        ...{ signal, onCorrupt: found },
        get bytesPerSecond() {
          return Math.max(LEAST_BYTES_PER_SECOND, (stored * SECTOR_BYTES * 1_000) / options.passMs)
        },
      })
      const durationMs = Math.round(performance.now() - startedMs)
      restMs = () => Math.max(RETRY_MS, options.passMs - durationMs)
      if (!signal.aborted && stored > 0)
        logger.info({ sectors: stored, corrupt, durationMs }, 'everything stored was read')
    } catch (error) {
      if (!signal.aborted) logger.warn({ error }, 'reading everything stored failed; it begins anew')
    }
    await pause.last(restMs, signal)
  }
}
