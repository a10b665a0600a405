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

/** Makes a listener for new heads that looks for slots to drop at the beginning of every epoch. */
export function dropEndedEachEpoch(options: DropEndedOptions): (head: ChainHead) => void {
  let lookedAt: number | undefined
  return ({ epoch }) => {
    if (epoch === lookedAt) return
    lookedAt = epoch
    dropEnded(options).catch((error: unknown) => options.logger.warn({ error }, 'looking for slots to drop failed'))
  }
}

/**
 * Frees the slots that the chain positively says are over: the volume is closed, or another provider holds the slot. A
 * volume that the chain does not know is left alone, because then it may be the chain that is wrong.
 */
export async function dropEnded({ store, volumes, operator, readBook, logger }: DropEndedOptions): Promise<void> {
  const book = await readBook({ signal: AbortSignal.timeout(TIMEOUT_MS) })
  const billed = book.filter(({ frozenSectors, nextSectors }) => frozenSectors > 0 || nextSectors > 0)
  for (const ref of await store.slots()) {
    if (billed.some(({ volumeId, slot }) => volumeId === ref.volumeId && slot === ref.slot)) continue
    try {
      const facts = await volumes.facts(ref.volumeId, { signal: AbortSignal.timeout(TIMEOUT_MS), fresh: true })
      if (!isOver(ref, facts, operator)) continue
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
