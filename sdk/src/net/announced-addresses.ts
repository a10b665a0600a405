import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'

/**
 * What a peer says of where it is: `announce` with its peer id, read at every call, or without any what it listens on.
 * @throws if one is not a multiaddr.
 */
export function announcing(
  options: { readonly announce?: readonly string[] },
  privateKey: PrivateKey,
): (listened: Multiaddr[]) => Multiaddr[] {
  const own = `/p2p/${peerIdFromPrivateKey(privateKey)}`
  const withOwnId = (address: Multiaddr) =>
    address.getComponents().at(-1)?.code === CODE_P2P ? address : address.encapsulate(own)
  return (listened) => {
    const { announce = [] } = options
    return announce.length === 0 ? listened : announce.map((text) => withOwnId(multiaddr(text)))
  }
}
