import { decodeSlotReleaseRequest, encodeSlotReleaseReply, recoverReleaseSigner, StorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import { isAddressEqual } from 'viem'
import { lockName, type SlotServices } from './slot-services.ts'
import { assertWritable } from './store-health.ts'

/**
 * Answers `/storgo/slot-release/1.0.0`: what states up to a nonce freed may be overwritten at once, because the owner's
 * wallet says so; who hands its word over does not matter. Spec: docs/protocol/slot-release.md
 */
export function slotRelease({
  access,
  store,
  locks,
  domain,
}: Pick<SlotServices, 'access' | 'store' | 'locks' | 'domain'>): RequestHandler {
  return async ({ message }, asker) => {
    const { volumeId, slot, nonce, signature } = decodeSlotReleaseRequest(message)
    const ref = { volumeId, slot }
    const { owner } = await access.assertMayRead(ref, asker)
    const signer = recoverReleaseSigner({ volumeId, nonce }, signature, domain)
    if (!isAddressEqual(signer, owner)) {
      const details = { volumeId, signer }
      throw new StorgoError('ACCESS_DENIED', "The release is not signed by the owner's wallet.", details)
    }
    await locks.run(lockName(ref), async () => {
      asker.signal.throwIfAborted()
      using view = store.view(ref)
      if (view.releasedNonce >= nonce) return
      assertWritable(store)
      await store.release(ref, nonce)
    })
    return { body: encodeSlotReleaseReply() }
  }
}
