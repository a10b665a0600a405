import type { Epoch } from '@storgo/protocol'
import type { ChainHead } from '../prover/proof-chain.ts'
import type { Logger } from '../telemetry/logger.ts'

const READ_TIMEOUT_MS = 10_000

export type RetentionOptions = {
  readRetentionEpochs: (options: { signal: AbortSignal }) => Promise<number>
  logger: Logger
}

/** For how many epochs what was freed or replaced is kept, as of the current epoch. */
export class RetentionClock {
  readonly #options: RetentionOptions
  #epochs: number
  #readIn: Epoch | undefined

  private constructor(options: RetentionOptions, epochs: number) {
    this.#options = options
    this.#epochs = epochs
  }

  /** @throws {StorgoError} `CHAIN_UNREACHABLE`. */
  static async start(options: RetentionOptions): Promise<RetentionClock> {
    const epochs = await options.readRetentionEpochs({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) })
    return new RetentionClock(options, epochs)
  }

  get epochs(): number {
    return this.#epochs
  }

  /** Reads the parameter again at the beginning of every epoch, which is when it can change. */
  onHead({ epoch }: ChainHead): void {
    if (epoch === this.#readIn) return
    this.#readIn = epoch
    this.#options.readRetentionEpochs({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) }).then(
      (epochs) => {
        this.#epochs = epochs
      },
      (error: unknown) => {
        this.#readIn = undefined
        this.#options.logger.warn({ error }, 'reading the retention time failed')
      },
    )
  }
}
