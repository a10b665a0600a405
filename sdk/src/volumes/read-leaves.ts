import { LEAF_BYTES, type State, StorgoError, verifyPath } from '@storgo/protocol'
import type { SlotRange } from './read-plan.ts'
import type { CallOptions } from './slot-call.ts'
import type { SlotLink } from './slot-link.ts'

export type ReadLeavesOptions = {
  link: SlotLink
  /** The state that the path must lead to. */
  state: State
  /** Slots of the volume. */
  n: number
  /** Whole leaves of the link's slot. */
  range: SlotRange
}

/**
 * Leaves of one slot, verified against a state's root.
 * @throws {StorgoError} `PROOF_INVALID` when the slot answers with anything else; what {@link SlotLink.read} throws.
 */
export async function readLeaves(
  { link, state, n, range: { slot, sector, offset, length } }: ReadLeavesOptions,
  options: CallOptions,
): Promise<Uint8Array> {
  const { nonce, root, sectors } = state
  const { bytes, path } = await link.read({ nonce, sector, offset, length }, options)
  const claim = { root, sectors, n, slot, sectorIndex: sector, firstLeaf: offset / LEAF_BYTES, bytes, path }
  if (bytes.length === length && verifyPath(claim)) return bytes
  throw new StorgoError('PROOF_INVALID', `slot ${slot} answered with bytes that do not lead to the state's root`, {
    slot,
  })
}
