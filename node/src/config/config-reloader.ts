import type { Logger } from '../telemetry/logger.ts'
import type { LiveSettings } from './live-settings.ts'
import { type ConfigSources, loadConfig } from './load-config.ts'

export type ReloadCause = 'signal' | 'file changed'

/** Reads a running node's configuration anew from where it came, and applies it if all of it is valid. */
export class ConfigReloader {
  readonly #options: { sources: ConfigSources; settings: LiveSettings; logger: Logger }
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  constructor(options: { sources: ConfigSources; settings: LiveSettings; logger: Logger }) {
    this.#options = options
  }

  /** Resolves when it is done; never fails. Whoever asks while one is under way gets the next one, with all others. */
  reload(cause: ReloadCause): Promise<void> {
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = undefined
      this.#running = this.#load(cause)
      return this.#running
    })
    return this.#waiting
  }

  async #load(cause: ReloadCause): Promise<void> {
    const { sources, settings, logger } = this.#options
    try {
      const { outcome, applied } = settings.apply(await loadConfig(sources))
      const { generation, restartNeeded } = settings.report
      logger.info({ cause, generation, applied }, outcome === 'applied' ? 'settings changed' : 'no setting changed')
      if (restartNeeded.length > 0) logger.warn({ settings: restartNeeded }, 'settings changed that need a restart')
    } catch (error) {
      settings.refuse(error instanceof Error ? error.message : String(error))
      logger.error({ cause, error }, 'the configuration was refused; nothing was changed')
    }
  }
}
