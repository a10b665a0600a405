import type { SigningDomain } from '@storgo/protocol'
import type { PeerExtension } from '../net/create-peer.ts'

export type OptionalParts = {
  /** Find peers of the same network on the local one, by multicast DNS. */
  mdns: boolean
  /** Reach peers, and be reached, through others that relay. Relays carry little: bulk never goes that way. */
  relay: boolean
  /** Relay for others. */
  relayServer: boolean
  /** Turn relayed connections into direct ones where both sides are behind NAT. Needs `relay`. */
  holePunching: boolean
  /** Ask the router for a port. */
  upnp: boolean
}

/** Parts of libp2p that are wanted seldom; each is loaded only when it is. */
export async function loadOptionalParts(
  wanted: OptionalParts,
  { chainId }: Pick<SigningDomain, 'chainId'>,
): Promise<Pick<PeerExtension, 'services' | 'transports' | 'peerDiscovery'>> {
  const services: PeerExtension['services'] = {}
  const transports: PeerExtension['transports'] = []
  const peerDiscovery: PeerExtension['peerDiscovery'] = []
  if (wanted.mdns) {
    const { mdns } = await import('@libp2p/mdns')
    peerDiscovery.push(mdns({ serviceTag: `_storgo-${chainId}._udp.local` }))
  }
  if (wanted.relay || wanted.relayServer) {
    const { circuitRelayServer, circuitRelayTransport } = await import('@libp2p/circuit-relay-v2')
    if (wanted.relay) transports.push(circuitRelayTransport())
    if (wanted.relayServer) services['relay'] = circuitRelayServer()
  }
  if (wanted.holePunching) {
    const { dcutr } = await import('@libp2p/dcutr')
    services['holePunching'] = dcutr()
  }
  if (wanted.upnp) {
    const { uPnPNAT } = await import('@libp2p/upnp-nat')
    services['upnp'] = uPnPNAT({ autoConfirmAddress: true })
  }
  return { services, transports, peerDiscovery }
}
