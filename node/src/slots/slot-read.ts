import { decodeSlotReadRequest, encodeSlotReadReply, LEAF_BYTES, provePath, StorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotView, Version } from '../store/slot-store.ts'
import { treeOf } from '../store/tree-of.ts'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-read/1.0.0`: a range of a sector with its path to a state's root. Spec: docs/protocol/slot-read.md */
export function slotRead({ access, store }: Pick<SlotServices, 'access' | 'store'>): RequestHandler {
  return async ({ message }, asker) => {
    const { volumeId, slot, nonce, sector: sectorIndex, offset, length } = decodeSlotReadRequest(message)
    const ref = { volumeId, slot }
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    const { version, held } = stateOf(view, nonce)
    const { sectors } = held.signed.state
    if (sectorIndex >= sectors) {
      const details = { sector: sectorIndex, sectors }
      throw new StorgoError(
        'SECTOR_NOT_FOUND',
        `State ${nonce} has ${sectors} sectors, so none ${sectorIndex}.`,
        details,
      )
    }
    const sector = await view.readSector(version, sectorIndex, { cached: true })
    const path = provePath({
      ...{
        sector,
        tree: treeOf(sector),
        sectorRoots: view.sectorRoots(version, sectors),
        slotRoots: held.slotRoots,
        slot,
        sectorIndex,
      },
      ...{ firstLeaf: offset / LEAF_BYTES, lastLeaf: (offset + length) / LEAF_BYTES - 1 },
    })
    return { body: encodeSlotReadReply({ path }), bulk: sector.subarray(offset, offset + length) }
  }
}

function stateOf({ certified, latest }: SlotView, nonce: bigint) {
  if (latest?.signed.state.nonce === nonce) return { version: 'latest' satisfies Version, held: latest } as const
  if (certified?.signed.state.nonce === nonce)
    return { version: 'certified' satisfies Version, held: certified } as const
  const certifiedNonce = certified?.signed.state.nonce ?? 0n
  const details = { nonce, heldNonce: latest?.signed.state.nonce ?? certifiedNonce, certifiedNonce }
  throw new StorgoError('STATE_STALE', `State ${nonce} is not held here.`, details)
}
