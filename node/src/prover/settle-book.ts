import { type Epoch, isStorgoError } from '@storgo/protocol'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { BookEntry, ProofChain, SendOptions } from './proof-chain.ts'

/** Slots settled in one transaction: some millions of gas at most. */
const BATCH = 16

type Services = { chain: ProofChain; logger: Logger; metrics: Metrics }

/** Has the slots of a book paid, several in one transaction. One that is refused does not keep the others from it. */
export async function settleBook(
  services: Services,
  { epoch, book }: { epoch: Epoch; book: readonly BookEntry[] },
  options: SendOptions,
): Promise<void> {
  for (let from = 0; from < book.length; from += BATCH) {
    const batch = book.slice(from, from + BATCH)
    if (await settle(services, epoch, batch, options)) continue
    // Which of them the contract refuses is not told.
    if (batch.length > 1) for (const entry of batch) await settle(services, epoch, [entry], options)
  }
}

async function settle(
  { chain, logger, metrics }: Services,
  epoch: Epoch,
  batch: readonly BookEntry[],
  options: SendOptions,
): Promise<boolean> {
  const slots = batch.map(({ volumeId, slot }) => ({ volumeId, slot }))
  try {
    await chain.settle(slots, options)
    metrics.settlements.inc({ outcome: 'settled' }, slots.length)
    logger.debug({ epoch, slots: slots.length }, 'slots settled')
    return true
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isStorgoError(error) || error.code === 'CHAIN_UNREACHABLE' || error.code === 'TIMED_OUT') throw error
    const [first] = slots
    if (slots.length > 1 || first === undefined) return false
    metrics.settlements.inc({ outcome: 'failed' })
    const slot = { volumeId: String(first.volumeId), slot: first.slot }
    logger.warn({ epoch, ...slot, code: error.code, error }, 'settling failed')
    return false
  }
}
