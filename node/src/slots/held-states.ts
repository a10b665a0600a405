import { HASH_BYTES, type PenPromise, type SlotStateReply, signPenPromise } from '@storgo/protocol'
import type { SlotRef, SlotView } from '../store/slot-store.ts'
import type { SlotServices } from './slot-services.ts'

/** What a slot holds and has promised, as it tells its clients and co-slots. */
export function heldStates(view: SlotView, { busy }: { busy: boolean }): SlotStateReply {
  const { certified, latest, promised } = view
  return {
    ...(certified && { certified: { certificate: certified, headRecord: certified.headRecord } }),
    ...(latest && { latest }),
    promisedTerm: promised.term,
    busy,
  }
}

/** The slot's word for `term`, on what `view` shows. */
export function promiseOn(
  { certified, latest }: SlotView,
  { ref: { volumeId, slot }, term }: { ref: SlotRef; term: bigint },
  { domain, operator }: Pick<SlotServices, 'domain' | 'operator'>,
): PenPromise {
  const held = {
    certified: certified?.signed.state.nonce ?? 0n,
    latest: latest?.digest ?? new Uint8Array(HASH_BYTES),
    latestTerm: latest?.receipt.term ?? 0n,
  }
  return signPenPromise({ volumeId, slot, term, ...held }, domain, operator.privateKey)
}
