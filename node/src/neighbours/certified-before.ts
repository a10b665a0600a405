import { type Certificate, type Epoch, quorum } from '@storgo/protocol'
import type { SlotView } from '../store/slot-store.ts'

/**
 * Certificates held of states that were certified before the epoch began, and so before its seed was known: a quorum of the
 * receipts was signed in earlier epochs. Newest first.
 */
export function certifiedBefore(
  view: SlotView,
  { epoch, k, m }: { epoch: Epoch; k: number; m: number },
): Certificate[] {
  const { certified } = view
  const newest = certified === undefined ? [] : [{ signed: certified.signed, receipts: certified.receipts }]
  const held = [...newest, ...view.history().map(({ certificate }) => certificate)]
  return held.filter(({ receipts }) => {
    const slots = new Set(receipts.filter((receipt) => receipt.epoch < epoch).map(({ slot }) => slot))
    return slots.size >= quorum(k, m)
  })
}
