import type { Libp2p } from '@libp2p/interface'
import { type SigningDomain, StorgoError } from '@storgo/protocol'
import { ChangingPause } from '../changing-pause.ts'
import type { Logger } from '../telemetry/logger.ts'
import { countTwins } from './count-twins.ts'
import { ownAddresses } from './own-addresses.ts'

/** How long a search takes at most: addresses of machines that are gone do not answer at all. */
const SEARCH_TIMEOUT_MS = 10_000
/** Two that are started at the same moment find each other after this long. */
const FIRST_LOOK_MS = 5_000

export type TwinWatchOptions = {
  operatorKey: Uint8Array
  domain: SigningDomain
  /** Binary multiaddrs that the registry has; `undefined` before the provider is registered. */
  readRegistered: (options: { signal: AbortSignal }) => Promise<readonly Uint8Array[] | undefined>
  /** Multiaddrs of the settings; read at every look. */
  readonly configured: readonly string[]
  /** Between two looks; may change, see `TwinWatch.reconsider`. */
  readonly intervalMs: number
  logger: Logger
}

/**
 * Keeps two processes from running with one provider's key, by mistake, in different folders or on different machines: they
 * would prove and sign receipts for different data. (In one folder the store's lock does.)
 */
export class TwinWatch implements Disposable {
  /** Resolves with `ALREADY_RUNNING` once another was found; never otherwise. */
  readonly found: Promise<StorgoError>
  readonly #options: TwinWatchOptions
  readonly #giveUp: (reason: StorgoError) => void
  readonly #stop = new AbortController()
  #own: Libp2p | undefined
  readonly #pause = new ChangingPause()

  constructor(options: TwinWatchOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<StorgoError>()
    this.found = promise
    this.#giveUp = resolve
  }

  /**
   * Looks once.
   *
   * @throws {StorgoError} `ALREADY_RUNNING` if another process with this key answers; `CHAIN_UNREACHABLE`.
   */
  async assertAlone(): Promise<void> {
    const { operatorKey, domain, readRegistered, configured } = this.#options
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(SEARCH_TIMEOUT_MS)])
    const registered = (await readRegistered({ signal })) ?? []
    const at = ownAddresses({ operatorKey, registered, configured })
    // Looked at twice: if this process stood still for a while, its own side of a connection may have come too late.
    for (let look = 0; look < 2; look++) if ((await countTwins({ at, domain, own: this.#own, signal })) === 0) return
    if (this.#stop.signal.aborted) return
    const details = { operator: at.operator, addresses: at.multiaddrs.join(' ') }
    const error = new StorgoError('ALREADY_RUNNING', `Another process runs as ${at.operator}.`, details)
    this.#giveUp(error)
    throw error
  }

  /** Goes on looking, now that this node listens itself. */
  start(own: Libp2p): void {
    this.#own = own
    void this.#goOn()
  }

  /** Asks for the interval again now. */
  reconsider(): void {
    this.#pause.reconsider()
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('The node is stopping.'))
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stop
    let atMost = FIRST_LOOK_MS
    for (;;) {
      await this.#pause.last(() => Math.min(atMost, this.#options.intervalMs), signal)
      atMost = Number.POSITIVE_INFINITY
      if (signal.aborted) return
      await this.#look()
    }
  }

  async #look(): Promise<void> {
    try {
      await this.assertAlone()
    } catch (error) {
      // A twin has been reported; anything else is looked at again.
      if (!this.#stop.signal.aborted) this.#options.logger.debug({ error }, 'looking for another process failed')
    }
  }
}
