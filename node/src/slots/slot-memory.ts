import type { SlotMemory } from '@storgo/protocol'
import type { SlotView } from '../store/slot-store.ts'

/** What the rules of the pen look at in a slot. */
export function slotMemory({ promised, certified, latest }: SlotView): SlotMemory {
  return {
    promised,
    ...(certified && { certified: { nonce: certified.signed.state.nonce, digest: certified.digest } }),
    ...(latest && {
      latest: { nonce: latest.signed.state.nonce, digest: latest.digest, term: latest.receipt.term },
    }),
  }
}
