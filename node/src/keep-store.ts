import type { LiveSettings } from './config/live-settings.ts'
import { openSlotStore, type SlotStoreOptions } from './store/open-slot-store.ts'
import { renewStoreKey } from './store/renew-store-key.ts'
import type { SlotStore } from './store/slot-store.ts'
import { StoreWatch } from './store-watch.ts'
import type { Logger } from './telemetry/logger.ts'
import { noticeCorrupt } from './watch/notice-corrupt.ts'

export type KeepStoreOptions = Pick<SlotStoreOptions, 'disk' | 'retentionEpochs' | 'binding'> & {
  settings: LiveSettings
  nowMs: () => number
  logger: Logger
}

/** A store and what looks after it; disposing it closes both. `store` tells of corrupt sectors that are read through it. */
export type KeptStore = AsyncDisposable & {
  disk: SlotStore
  store: SlotStore
  onCorrupt: ReturnType<typeof noticeCorrupt>['onCorrupt']
  storeWatch: StoreWatch
}

/** Opens the store of the node's data folder, and keeps its size, its key and the watch over its disk as the settings say. */
export async function keepStore({ settings, nowMs, logger, ...options }: KeepStoreOptions): Promise<KeptStore> {
  await using resources = new AsyncDisposableStack()
  const config = settings.live
  const capacity = () => config.capacitySectors + config.stagingSectors
  const disk = resources.use(await openSlotStore({ dataDir: config.dataDir, capacity: capacity(), ...options }))
  settings.onChange(() => disk.resize(capacity()))
  const { store, onCorrupt } = noticeCorrupt(disk)
  const keyRenewal = resources.use(
    renewStoreKey({
      get keyDays() {
        return config.disk.keyDays
      },
      // The key's age is that of a file.
      ...{ store, dataDir: config.dataDir, nowMs: Date.now, logger },
    }),
  )
  settings.onChange(() => keyRenewal.lookNow())
  const storeWatch = resources.use(
    new StoreWatch({
      get probeMs() {
        return config.disk.probeSeconds * 1000
      },
      get unreadableMs() {
        return config.disk.unreadableSeconds * 1000
      },
      ...{ store, nowMs, logger },
    }),
  )
  settings.onChange(() => storeWatch.reconsider())
  const open = resources.move()
  return { disk, store, onCorrupt, storeWatch, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
