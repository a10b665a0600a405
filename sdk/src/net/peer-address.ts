import type { PeerId } from '@libp2p/interface'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { StorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import { operatorOf, peerIdOf } from './peer-id.ts'

/** Where a provider is reached. Every multiaddr ends in `/p2p/<peerId>`, which is that of the operator's key. */
export type PeerAddress = { operator: Address; peerId: PeerId; multiaddrs: Multiaddr[] }

/** What the registry says of a provider: public key of 33 bytes, binary multiaddrs as the provider wrote them. */
export type RegisteredPeer = { operator: Address; publicKey: Uint8Array; addresses: readonly Uint8Array[] }

/**
 * The address of a registered provider. Addresses that are no multiaddr, or name another peer, are left out: the provider
 * alone writes them and the chain does not check them.
 *
 * @throws {StorgoError} `REQUEST_INVALID` if the public key is not a point of the curve or not the operator's.
 */
export function peerAddressOf({ operator, publicKey, addresses }: RegisteredPeer): PeerAddress {
  const peerId = peerIdOf(publicKey)
  const actual = operatorOf(peerId)
  if (!actual || !isAddressEqual(operator, actual)) {
    throw new StorgoError('REQUEST_INVALID', 'The public key is not that of the operator.', { operator })
  }
  return { operator: actual, peerId, multiaddrs: addresses.flatMap((bytes) => withPeerId(bytes, peerId) ?? []) }
}

function withPeerId(bytes: Uint8Array, peerId: PeerId): Multiaddr | undefined {
  try {
    const address = multiaddr(bytes)
    const named = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
    if (named === undefined) return address.encapsulate(`/p2p/${peerId}`)
    return named === peerId.toString() ? address : undefined
  } catch {
    return undefined
  }
}
