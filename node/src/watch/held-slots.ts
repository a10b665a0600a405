import type { BookEntry } from '../prover/proof-chain.ts'
import { lockName } from '../slots/slot-services.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'

const TIMEOUT_MS = 10_000

export type HeldSlotsOptions = {
  store: Pick<SlotStore, 'slots'>
  /** The provider's book: a slot that lost its data is still in it. */
  readBook: (options: { signal: AbortSignal }) => Promise<readonly BookEntry[]>
  logger: Logger
}

/** The slots that the provider is paid for or has data of; without an answer of the chain only the latter. */
export function heldSlots({ store, readBook, logger }: HeldSlotsOptions): (signal: AbortSignal) => Promise<SlotRef[]> {
  return async (signal) => {
    const reading = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const entries = await readBook({ signal: reading }).catch((error: unknown) => {
      if (!signal.aborted) logger.warn({ error }, 'the book cannot be read; only stored slots are looked after')
      return []
    })
    const booked = entries.filter(({ frozenSectors, nextSectors }) => frozenSectors > 0 || nextSectors > 0)
    const refs = [...(await store.slots()), ...booked.map(({ volumeId, slot }) => ({ volumeId, slot }))]
    return [...new Map(refs.map((ref) => [lockName(ref), ref])).values()]
  }
}
