import { decodeSlotStateRequest, encodeSlotStateReply } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-state/1.0.0`: the states that a slot holds. Spec: docs/protocol/slot-state.md */
export function slotState({ access, store }: Pick<SlotServices, 'access' | 'store'>): RequestHandler {
  return async ({ message }, asker) => {
    const ref = decodeSlotStateRequest(message)
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    const { certified, latest } = view
    const body = encodeSlotStateReply({
      ...(certified && { certified: { certificate: certified, headRecord: certified.headRecord } }),
      ...(latest && { latest }),
    })
    return { body }
  }
}
