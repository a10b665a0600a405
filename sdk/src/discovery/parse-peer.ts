import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerAddress } from '../net/peer-address.ts'
import { operatorOf } from '../net/peer-id.ts'

/**
 * A provider by its peer id and multiaddrs, as people and files write them.
 *
 * @returns `undefined` if that is not a peer id of an operator key, or one address is none.
 */
export function parsePeer(peerId: string, addresses: readonly string[]): PeerAddress | undefined {
  try {
    const id = peerIdFromString(peerId)
    const operator = operatorOf(id)
    if (operator === undefined) return undefined
    return { operator, peerId: id, multiaddrs: addresses.map((address) => multiaddr(address)) }
  } catch {
    return undefined
  }
}
