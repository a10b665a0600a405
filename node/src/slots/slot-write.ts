import { decodeSlotWriteRequest, encodeSlotWriteReply } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-write/1.0.0`: stages patches for a commit. Spec: docs/protocol/slot-write.md */
export function slotWrite({ access, staging }: Pick<SlotServices, 'access' | 'staging'>): RequestHandler {
  return async ({ message, bulk }, asker) => {
    const { volumeId, slot, upload, baseNonce, patches } = decodeSlotWriteRequest(message, bulk.length)
    const ref = { volumeId, slot }
    const { billedSectors } = await access.assertMayWrite(ref, asker)
    const { account } = asker
    const stagedBytes = await staging.write({ ref, upload, account, baseNonce, patches, bulk, billedSectors })
    return { body: encodeSlotWriteReply({ stagedBytes: BigInt(stagedBytes) }) }
  }
}
