import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ChangingPause } from '../changing-pause.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { SlotStore } from './slot-store.ts'
import { STORE_KEY, STORE_KEY_BYTES } from './store-key.ts'

const DAY_MS = 86_400_000
const LOOK_MS = 3_600_000
/** Proofs and reads come first: rewriting 1 TiB takes three days. */
const BYTES_PER_SECOND = 4 * 1024 * 1024

export type RenewStoreKeyOptions = {
  store: Pick<SlotStore, 'rotateKey'>
  dataDir: string
  /** How old the store's key may become; 0: any age. Read at every look. */
  readonly keyDays: number
  nowMs: () => number
  logger: Logger
}

/**
 * Rotates the store's key when it is old enough, and goes on with a rotation that was interrupted. `lookNow` is for when
 * `keyDays` has changed.
 */
export function renewStoreKey(options: RenewStoreKeyOptions): AsyncDisposable & { lookNow(): void } {
  const stopping = new AbortController()
  const pause = new ChangingPause()
  let pauseMs = LOOK_MS
  const run = async ({ signal } = stopping) => {
    while (!signal.aborted) {
      pauseMs = LOOK_MS
      await renewIfDue(options, signal).catch((error: unknown) => {
        if (!signal.aborted)
          options.logger.warn({ error }, "the store's key could not be renewed; it will be tried again")
      })
      await pause.last(() => pauseMs, signal)
    }
  }
  const running = run()
  return {
    lookNow() {
      pauseMs = 0
      pause.reconsider()
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('The node is stopping.'))
      await running
    },
  }
}

/** Looks once. The file is written when a rotation begins and when it ends, and has more than one key in between. */
export async function renewIfDue(options: RenewStoreKeyOptions, signal: AbortSignal): Promise<void> {
  const { store, dataDir, keyDays, nowMs, logger } = options
  const { mtimeMs, size } = await stat(join(dataDir, STORE_KEY))
  const isOld = keyDays > 0 && nowMs() - mtimeMs > keyDays * DAY_MS
  if (!isOld && size === STORE_KEY_BYTES) return
  logger.info({ keyDays }, "the store's key is being renewed")
  await store.rotateKey({ signal, bytesPerSecond: BYTES_PER_SECOND })
  logger.info({}, "the store's key is new")
}
