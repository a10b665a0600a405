import type { SlotStore } from '../store/slot-store.ts'
import type { BookEntry } from './proof-chain.ts'

/** A slot whose newest state, `nonce`, is below the least that a proof may show, in this epoch or the next. */
export type SlotBehind = { volumeId: bigint; slot: number; nonce: bigint; floor: bigint; nextFloor: bigint }

/** The slots of a book that cannot be proven, now or soon, before they have caught up. */
export function slotsBehind(store: SlotStore, book: readonly BookEntry[]): SlotBehind[] {
  return book.flatMap(({ volumeId, slot, floor, nextFloor, nextSectors, frozenSectors }) => {
    if (nextFloor === 0n || (frozenSectors === 0 && nextSectors === 0)) return []
    using view = store.view({ volumeId, slot })
    const nonce = (view.latest ?? view.certified)?.signed.state.nonce ?? 0n
    return nonce < nextFloor ? [{ volumeId, slot, nonce, floor, nextFloor }] : []
  })
}
