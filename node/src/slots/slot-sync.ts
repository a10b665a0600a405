import { decodeSlotSyncRequest, encodeSlotSyncReply, StorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotView, Version } from '../store/slot-store.ts'
import type { SlotServices } from './slot-services.ts'
import { syncPage } from './sync-page.ts'

/** Answers `/storgo/slot-sync/1.0.0`: a state, and what it changed here since another. Spec: docs/protocol/slot-sync.md */
export function slotSync({ access, store }: Pick<SlotServices, 'access' | 'store'>): RequestHandler {
  return async ({ message }, asker) => {
    const { volumeId, slot, since, uncertified, after } = decodeSlotSyncRequest(message)
    const ref = { volumeId, slot }
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    const { version, held, receipts } = stateToSync(view, uncertified)
    const { signed, headRecord, slotRoots } = held
    const runs = { changed: view.changedSince(since, version), freed: view.freedSince(since, version) }
    return { body: encodeSlotSyncReply({ signed, receipts, headRecord, slotRoots, ...syncPage(runs, after) }) }
  }
}

/** The uncertified state if it is asked for and there is one, otherwise the certified one. */
function stateToSync({ certified, latest }: SlotView, uncertified: boolean) {
  if (uncertified && latest !== undefined) {
    return { version: 'latest' satisfies Version, held: latest, receipts: [latest.receipt] } as const
  }
  if (certified !== undefined) {
    return { version: 'certified' satisfies Version, held: certified, receipts: certified.receipts } as const
  }
  throw new StorgoError('STATE_STALE', 'No certified state is held here.', {
    heldNonce: latest?.signed.state.nonce ?? 0n,
  })
}
