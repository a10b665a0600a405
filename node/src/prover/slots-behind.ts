import type { SlotStore } from '../store/slot-store.ts'
import type { BookEntry } from './proof-chain.ts'

/** A slot whose newest state, `nonce`, is below the least that a proof may show. */
export type SlotBehind = { volumeId: bigint; slot: number; nonce: bigint; floor: bigint }

/** The slots of a book that cannot be proven before they have caught up. */
export function slotsBehind(store: SlotStore, book: readonly BookEntry[]): SlotBehind[] {
  return book.flatMap(({ volumeId, slot, floor, frozenSectors }) => {
    if (floor === 0n || frozenSectors === 0) return []
    using view = store.view({ volumeId, slot })
    const nonce = (view.latest ?? view.certified)?.signed.state.nonce ?? 0n
    return nonce < floor ? [{ volumeId, slot, nonce, floor }] : []
  })
}
