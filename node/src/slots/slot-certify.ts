import {
  decodeSlotCertifyRequest,
  encodeSlotCertifyReply,
  equalBytes,
  StorgoError,
  stateDigest,
} from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import { assertCertificate } from './check-certificate.ts'
import { isAhead } from './is-ahead.ts'
import { lockName, type SlotServices } from './slot-services.ts'
import { assertWritable } from './store-health.ts'

/**
 * Answers `/storgo/slot-certify/1.0.0`: takes the certificate of the state held; that of a later one says that the slot
 * lags. Spec: docs/protocol/slot-certify.md
 */
export function slotCertify(services: SlotServices): RequestHandler {
  const { access, store, volumes, locks, domain, onBehind } = services
  return async ({ message }, asker) => {
    const { slot, certificate } = decodeSlotCertifyRequest(message)
    const { state } = certificate.signed
    const ref = { volumeId: state.volumeId, slot }
    const facts = await access.assertMayRead(ref, asker)
    const digest = stateDigest(state, domain)
    await locks.run(lockName(ref), async () => {
      asker.signal.throwIfAborted()
      using view = store.view(ref)
      const { certified, latest } = view
      if (certified !== undefined && equalBytes(certified.digest, digest)) return
      const isHeld = latest !== undefined && equalBytes(latest.digest, digest)
      if (!isHeld && !isAhead({ nonce: state.nonce, digest }, view)) {
        const heldNonce = latest?.signed.state.nonce ?? certified?.signed.state.nonce ?? 0n
        const details = { nonce: state.nonce, heldNonce }
        throw new StorgoError('STATE_STALE', `State ${state.nonce} is not what this slot holds.`, details)
      }
      await assertCertificate(services, certificate, facts, asker)
      if (!isHeld) {
        onBehind(ref)
        const details = { nonce: state.nonce, heldNonce: certified?.signed.state.nonce ?? 0n }
        throw new StorgoError('STATE_STALE', `State ${state.nonce} is ahead of what this slot holds.`, details)
      }
      assertWritable(store)
      asker.signal.throwIfAborted()
      await store.certify(ref, certificate.receipts, volumes.currentEpoch())
    })
    return { body: encodeSlotCertifyReply() }
  }
}
