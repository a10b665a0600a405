import { decodeSlotHistoryRequest, encodeSlotHistoryReply, MAX_HISTORY_ENTRIES } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-history/1.0.0`: certified states of past epochs. Spec: docs/protocol/slot-history.md */
export function slotHistory({ access, store }: Pick<SlotServices, 'access' | 'store'>): RequestHandler {
  return async ({ message }, asker) => {
    const { volumeId, slot, before } = decodeSlotHistoryRequest(message)
    const ref = { volumeId, slot }
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    const older = view.history().filter(({ certificate }) => before === 0n || certificate.signed.state.nonce < before)
    return { body: encodeSlotHistoryReply({ entries: older.slice(0, MAX_HISTORY_ENTRIES) }) }
  }
}
