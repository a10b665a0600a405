import { decodeSlotStateRequest, encodeSlotStateReply } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import { heldStates } from './held-states.ts'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-state/1.0.0`: the states that a slot holds, and its promise. Spec: docs/protocol/slot-state.md */
export function slotState({
  access,
  store,
  activity,
}: Pick<SlotServices, 'access' | 'store' | 'activity'>): RequestHandler {
  return async ({ message }, asker) => {
    const ref = decodeSlotStateRequest(message)
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    return { body: encodeSlotStateReply(heldStates(view, { busy: activity.idleMs(ref) !== undefined })) }
  }
}
