import type { Address } from 'viem'
import type { Peer } from '../net/create-peer.ts'
import type { PeerAddress } from '../net/peer-address.ts'
import { peerCall } from './slot-call.ts'
import { SlotLink } from './slot-link.ts'

export type LinkToSlotOptions = {
  volumeId: bigint
  slot: number
  provider: Address
  /** Where the provider is; absent when there is none, or the registry does not tell. */
  to: PeerAddress | undefined
}

/** A link to a slot over the connection to its provider, and judged by the record that `peer` keeps of it. */
export function linkToSlot(peer: Peer, { to, ...place }: LinkToSlotOptions): SlotLink {
  if (!to) return new SlotLink({ ...place, call: undefined })
  const { guard, silence } = peer
  const key = to.peerId.toString()
  return new SlotLink({
    ...place,
    call: peerCall(peer, to),
    ...(guard && {
      judge: { record: () => guard.recordOf(to.peerId), lied: () => guard.offended(to.peerId, 'bytes-false') },
    }),
    signs: { heardMs: () => silence.heardMs(key), isComingBack: () => silence.isComingBack(key) },
  })
}
