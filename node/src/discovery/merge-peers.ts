import type { PeerAddress } from '@storgo/sdk'

/** The peers of several sources, each once and with all its addresses; earlier sources first. */
export function mergePeers(sources: readonly (readonly PeerAddress[])[]): PeerAddress[] {
  const merged = new Map<string, PeerAddress>()
  for (const address of sources.flat()) {
    const key = address.peerId.toString()
    const known = merged.get(key)
    const fresh = address.multiaddrs.filter((each) => !known?.multiaddrs.some((other) => other.equals(each)))
    merged.set(key, { ...address, multiaddrs: [...(known?.multiaddrs ?? []), ...fresh] })
  }
  return [...merged.values()].filter(({ multiaddrs }) => multiaddrs.length > 0)
}
