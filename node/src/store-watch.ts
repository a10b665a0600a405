import { setInterval } from 'node:timers'
import { StorgoError } from '@storgo/protocol'
import type { SlotStore, StoreHealth } from './store/slot-store.ts'
import type { Logger } from './telemetry/logger.ts'

export type StoreWatchOptions = {
  store: Pick<SlotStore, 'health' | 'probe'>
  readonly probeMs: number
  /** How long the store may be unreadable before the node gives up; read whenever it matters. */
  readonly unreadableMs: number
  nowMs: () => number
  logger: Logger
}

/**
 * Asks the store's disk now and then whether it still does its work, says once when it no longer does, and says when there
 * is no point in going on: a node that cannot read its sectors cannot prove them.
 */
export class StoreWatch implements Disposable {
  /** Resolves with `STORE_UNREADABLE` once nothing could be read for too long; never otherwise. */
  readonly unreadable: Promise<StorgoError>
  readonly #options: StoreWatchOptions
  readonly #giveUp: (reason: StorgoError) => void
  #timer: NodeJS.Timeout
  #said: StoreHealth = { writable: true, readable: true }
  #probedSinceMs: number | undefined
  #unreadableSinceMs: number | undefined

  constructor(options: StoreWatchOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<StorgoError>()
    this.unreadable = promise
    this.#giveUp = resolve
    this.#timer = setInterval(() => void this.look(), options.probeMs)
  }

  /** Probes once. A probe that has not come back by the next time counts as a disk that cannot be read. */
  async look(): Promise<void> {
    const { store, nowMs } = this.#options
    if (this.#probedSinceMs !== undefined) {
      this.#judge({ writable: false, readable: false, reason: 'the disk does not answer' }, this.#probedSinceMs)
      return
    }
    this.#probedSinceMs = nowMs()
    try {
      await store.probe()
      this.#judge(store.health(), nowMs())
    } catch (error) {
      this.#options.logger.error({ error }, 'probing the store failed')
    } finally {
      this.#probedSinceMs = undefined
    }
  }

  /** Looks as often as `probeMs` says now. */
  reconsider(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => void this.look(), this.#options.probeMs)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #judge(health: StoreHealth, sinceMs: number): void {
    this.#say(health)
    if (health.readable) {
      this.#unreadableSinceMs = undefined
      return
    }
    this.#unreadableSinceMs ??= sinceMs
    const { nowMs, unreadableMs } = this.#options
    const forMs = nowMs() - this.#unreadableSinceMs
    if (forMs < unreadableMs) return
    const details = { forMs, reason: health.reason ?? 'unknown' }
    this.#giveUp(new StorgoError('STORE_UNREADABLE', 'The store cannot be read any more.', details))
  }

  #say(health: StoreHealth): void {
    const { logger } = this.#options
    const { writable, readable, reason, full } = health
    const before = this.#said
    this.#said = health
    if (before.full === undefined && full !== undefined) {
      logger.error({ full }, 'the disk is full: the store takes no new bytes until there is room')
    } else if (before.full !== undefined && full === undefined) logger.info({}, 'the disk has room again')
    if (before.writable === writable && before.readable === readable) return
    const line = { writable, readable, reason }
    if (writable && readable) logger.info(line, 'the store works again')
    else
      logger.error(
        line,
        readable ? 'the store takes no new bytes; it is read and proven still' : 'the store cannot be read',
      )
  }
}
