import { type Epoch, StorgoError } from '@storgo/protocol'
import type { BlockWatcher, SeenBlock } from '@storgo/sdk'
import type { ChainHead } from '../prover/proof-chain.ts'
import type { Logger } from '../telemetry/logger.ts'

const READ_TIMEOUT_MS = 10_000
/** How long a chain may be silent before the node calls itself not ready. */
const SILENT_MS = 60_000

export type EpochClockOptions = {
  /** The epoch of the newest block, and the block itself. */
  readEpoch: (options: { signal: AbortSignal }) => Promise<ChainHead>
  /** Calls back for new blocks until disposed. */
  watchBlocks: (watcher: BlockWatcher) => Disposable
  /** Never goes back and never jumps. */
  nowMs: () => number
  logger: Logger
}

/** Follows the chain's blocks and says in which epoch each lies; asks the contracts only when an epoch begins. */
export class EpochClock implements Disposable {
  readonly #options: EpochClockOptions
  readonly #listeners: ((head: ChainHead) => void)[] = []
  readonly #reorganisationListeners: (() => void)[] = []
  readonly #watch: Disposable
  #head: ChainHead
  #seenAtMs: number
  /** What the newest block says the time is. */
  #timestampMs: number | undefined
  /** The epoch has to be read again whatever the block's number. */
  #moved = false
  #reading = false
  #silent = false

  private constructor(options: EpochClockOptions, head: ChainHead) {
    this.#options = options
    this.#head = head
    this.#seenAtMs = options.nowMs()
    this.#watch = options.watchBlocks({
      onBlock: (seen) => void this.#onBlock(seen),
      onReorganisation: (block) => this.#onReorganisation(block),
      onError: (error) => this.#reportSilence(error),
    })
  }

  /** @throws {StorgoError} `CHAIN_UNREACHABLE`. */
  static async start(options: EpochClockOptions): Promise<EpochClock> {
    return new EpochClock(options, await options.readEpoch({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) }))
  }

  get head(): ChainHead {
    return this.#head
  }

  get epoch(): Epoch {
    return this.#head.epoch
  }

  get secondsSinceBlock(): number {
    return (this.#options.nowMs() - this.#seenAtMs) / 1000
  }

  /** Whether the chain answers, and blocks still arrive. */
  get isAlive(): boolean {
    return !this.#silent && this.secondsSinceBlock * 1000 < SILENT_MS
  }

  /**
   * The time that the chain goes by, in Unix milliseconds: what its newest block says, and what has passed since. A jump of
   * this machine's clock does not move it. Before the first block it is this machine's time.
   */
  get chainTimeMs(): number {
    if (this.#timestampMs === undefined) return Date.now()
    return this.#timestampMs + (this.#options.nowMs() - this.#seenAtMs)
  }

  /** Is called for new blocks from now on; some may be skipped, never their order changed. */
  onHead(listener: (head: ChainHead) => void): void {
    this.#listeners.push(listener)
  }

  /** Is called when blocks that were seen are no longer part of the chain, before the new ones are told. */
  onReorganisation(listener: () => void): void {
    this.#reorganisationListeners.push(listener)
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
    this.#listeners.length = 0
    this.#reorganisationListeners.length = 0
  }

  #onReorganisation(block: bigint): void {
    this.#moved = true
    this.#options.logger.warn({ block: Number(block) }, 'the chain was reorganised')
    for (const listener of this.#reorganisationListeners) listener()
  }

  async #onBlock({ block, timestampSeconds }: SeenBlock): Promise<void> {
    this.#seenAtMs = this.#options.nowMs()
    this.#timestampMs = Number(timestampSeconds) * 1000
    if (this.#silent) this.#options.logger.info({ block: Number(block) }, 'the chain answers again')
    this.#silent = false
    const { firstBlock, epochBlocks } = this.#head
    if (!this.#moved && block >= firstBlock && block < firstBlock + BigInt(epochBlocks))
      return this.#tell({ ...this.#head, block })
    if (this.#reading) return
    this.#reading = true
    this.#moved = false
    try {
      this.#tell(await this.#options.readEpoch({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) }))
    } catch (error) {
      this.#moved = true
      // The next block tries again; until then the old epoch stands.
      this.#options.logger.warn({ block: Number(block), error }, 'reading the epoch failed')
    } finally {
      this.#reading = false
    }
  }

  /** Once per silence: it is polled several times a second. */
  #reportSilence(error: StorgoError): void {
    if (!this.#silent) this.#options.logger.warn({ error }, 'the chain does not answer')
    this.#silent = true
  }

  #tell(head: ChainHead): void {
    if (head.block < this.#head.block && head.epoch < this.#head.epoch) {
      const details = { block: head.block, before: this.#head.block }
      this.#options.logger.error(
        { error: new StorgoError('WRONG_CHAIN', 'The chain went back.', details) },
        'the chain was reset',
      )
    }
    this.#head = head
    for (const listener of this.#listeners) listener(head)
  }
}
