import { equalBytes } from '@storgo/protocol'
import type { SlotView } from '../store/slot-store.ts'

/** Whether a certified state is later than what a slot can certify by itself: it has to be fetched from the co-slots. */
export function isAhead(
  { nonce, digest }: { nonce: bigint; digest: Uint8Array },
  { certified, latest }: Pick<SlotView, 'certified' | 'latest'>,
): boolean {
  if (nonce <= (certified?.signed.state.nonce ?? 0n)) return false
  return latest === undefined || !equalBytes(latest.digest, digest)
}
