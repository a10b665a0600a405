import { isStorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { BookEntry, ChainHead } from '../prover/proof-chain.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { VolumeFacts, VolumeSource } from './volume-facts.ts'

const TIMEOUT_MS = 10_000

export type DropEndedOptions = {
  store: SlotStore
  volumes: VolumeSource
  operator: Address
  /** The provider's book: what is billed in the current epoch is still to be proven. */
  readBook: (options: { signal: AbortSignal }) => Promise<readonly BookEntry[]>
  logger: Logger
}

/** Looks for slots to drop at the beginning of every epoch. Disposing it waits for a look that has begun, and ends it soon. */
export class EndedSlots implements AsyncDisposable {
  readonly #options: DropEndedOptions
  readonly #stopping = new AbortController()
  #lookedAt: number | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: DropEndedOptions) {
    this.#options = options
  }

  onHead({ epoch }: Pick<ChainHead, 'epoch'>): void {
    const { signal } = this.#stopping
    if (epoch === this.#lookedAt || signal.aborted) return
    this.#lookedAt = epoch
    // One after the other: where the chain is slow a look may take longer than an epoch.
    this.#looking = this.#looking.then(() => this.#look(signal))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#looking
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await dropEnded(this.#options, signal)
    } catch (error) {
      if (!signal.aborted) this.#options.logger.warn({ error }, 'looking for slots to drop failed')
    }
  }
}

/**
 * Frees the slots that the chain positively says are over: the volume is closed, or another provider holds the slot. A
 * volume that the chain does not know is left alone, because then it may be the chain that is wrong. Rejects with the signal's
 * reason when it aborts; no slot is dropped after that.
 */
export async function dropEnded(
  { store, volumes, operator, readBook, logger }: DropEndedOptions,
  signal: AbortSignal,
): Promise<void> {
  const within = () => AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const book = await readBook({ signal: within() })
  const billed = book.filter(({ frozenSectors, nextSectors }) => frozenSectors > 0 || nextSectors > 0)
  for (const ref of await store.slots()) {
    if (billed.some(({ volumeId, slot }) => volumeId === ref.volumeId && slot === ref.slot)) continue
    signal.throwIfAborted()
    try {
      const facts = await volumes.facts(ref.volumeId, { signal: within(), fresh: true })
      if (signal.aborted || !isOver(ref, facts, operator)) continue
      await store.drop(ref)
      logger.info({ volumeId: String(ref.volumeId), slot: ref.slot, closed: facts.closed }, 'slot dropped')
    } catch (error) {
      if (!isStorgoError(error, 'VOLUME_UNKNOWN')) throw error
      logger.warn(
        { volumeId: String(ref.volumeId), slot: ref.slot },
        'the chain does not know the volume of a held slot',
      )
    }
  }
}

function isOver({ slot }: SlotRef, { closed, operators }: VolumeFacts, operator: Address): boolean {
  const holder = operators[slot]
  return closed || (holder !== undefined && !isAddressEqual(holder, operator))
}
