import type { Address } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** From last to first: what a relay carries is limited, and TCP, which is none of these, is the cheapest. */
const TRANSPORTS = [/\/p2p-circuit(\/|$)/, /\/wss?(\/|$)/, /\/quic-v1(\/|$)/]
const LOOPBACK = /^\/ip4\/127\.|^\/ip6\/::1\//

/** Orders a peer's addresses for dialling: TCP, QUIC, WebSockets, relays, and among equals those of this machine last. */
export function compareAddresses(a: Address, b: Address): -1 | 0 | 1 {
  const difference = rank(a.multiaddr) - rank(b.multiaddr)
  return difference < 0 ? -1 : difference > 0 ? 1 : 0
}

/** The same order, for addresses as they are known here. */
export function inDialOrder(multiaddrs: readonly Multiaddr[]): Multiaddr[] {
  return multiaddrs.toSorted((a, b) => rank(a) - rank(b))
}

function rank(multiaddr: Multiaddr): number {
  const text = multiaddr.toString()
  const found = TRANSPORTS.findIndex((pattern) => pattern.test(text))
  const place = found < 0 ? 0 : TRANSPORTS.length - found
  return 2 * place + (LOOPBACK.test(text) ? 1 : 0)
}
