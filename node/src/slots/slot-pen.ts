import { decodeSlotPenRequest, encodeSlotPenReply, mayPromise, StorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import { heldStates, promiseOn } from './held-states.ts'
import { slotMemory } from './slot-memory.ts'
import { lockName, type SlotServices } from './slot-services.ts'
import { assertWritable } from './store-health.ts'

/**
 * Answers `/storgo/slot-pen/1.0.0`: promises a writer that nothing of a lower term will be taken any more, durably, and says
 * what the slot holds. Spec: docs/protocol/slot-pen.md
 */
export function slotPen(services: SlotServices): RequestHandler {
  const { access, store, staging, locks, activity } = services
  return async ({ message }, asker) => {
    const { volumeId, slot, term, pen } = decodeSlotPenRequest(message)
    const ref = { volumeId, slot }
    await access.assertMayWrite(ref, asker)
    const body = await locks.run(lockName(ref), async () => {
      asker.signal.throwIfAborted()
      using view = store.view(ref)
      mayPromise(slotMemory(view), { term, pen })
      if (term > view.promised.term) {
        const idleMs = activity.idleMs(ref, pen)
        if (idleMs !== undefined) {
          throw new StorgoError('PEN_HELD', 'Another writer is at work here.', { volumeId, slot, idleMs })
        }
        assertWritable(store)
        await store.promise(ref, { term, pen })
        staging.giveUpOthers(ref, pen)
      }
      const promise = promiseOn(view, { ref, term }, services)
      const busy = activity.idleMs(ref) !== undefined
      return encodeSlotPenReply({ promise, held: { ...heldStates(view, { busy }), promisedTerm: term } })
    })
    return { body }
  }
}
