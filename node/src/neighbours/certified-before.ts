import { type Certificate, type Epoch, quorum } from '@storgo/protocol'
import type { SlotView } from '../store/slot-store.ts'

/**
 * The newest state held that was certified before the epoch began, and so before its seed was known: a quorum of its receipts
 * was signed in earlier epochs. `undefined` if none is held that old.
 */
export function certifiedBefore(
  view: SlotView,
  { epoch, k, m }: { epoch: Epoch; k: number; m: number },
): Certificate | undefined {
  const { certified } = view
  const newest = certified === undefined ? [] : [{ signed: certified.signed, receipts: certified.receipts }]
  const candidates = [...newest, ...view.history().map(({ certificate }) => certificate)]
  return candidates.find(({ receipts }) => {
    const slots = new Set(receipts.filter((receipt) => receipt.epoch < epoch).map(({ slot }) => slot))
    return slots.size >= quorum(k, m)
  })
}
