import { decodeSlotWriteRequest, encodeSlotWriteReply } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotServices } from './slot-services.ts'
import { assertWritable } from './store-health.ts'

/** Answers `/storgo/slot-write/1.0.0`: stages patches for a commit. Spec: docs/protocol/slot-write.md */
export function slotWrite({
  access,
  staging,
  store,
  activity,
}: Pick<SlotServices, 'access' | 'staging' | 'store' | 'activity'>): RequestHandler {
  return async ({ message, bulk }, asker) => {
    const { volumeId, slot, ...write } = decodeSlotWriteRequest(message, bulk.length)
    const ref = { volumeId, slot }
    const { billedSectors } = await access.assertMayWrite(ref, asker)
    assertWritable(store)
    const { account, signal } = asker
    const stagedBytes = await staging.write({ ...write, ref, account, bulk, billedSectors, signal })
    activity.note(ref, write.pen)
    return { body: encodeSlotWriteReply({ stagedBytes: BigInt(stagedBytes) }) }
  }
}
