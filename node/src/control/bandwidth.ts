import type { KnownPeer } from '../peers/peer-book.ts'

/** Bytes of requests and replies with one peer: of those we made, and of those it made. */
type PeerBytes = { peerId: string; operator?: string; sentBytes: number; receivedBytes: number; servedBytes: number }
export type BandwidthReport = Omit<PeerBytes, 'peerId' | 'operator'> & { peers: PeerBytes[] }

/** Bytes since each peer is known, the busiest first. Headers, the DHT and encryption are not counted. */
export function bandwidthOf(known: readonly KnownPeer[]): BandwidthReport {
  const peers = known
    .map(({ peerId, operator, sentBytes, receivedBytes, servedBytes }) => ({
      ...{ peerId, sentBytes, receivedBytes, servedBytes },
      ...(operator && { operator }),
    }))
    .filter(({ sentBytes, receivedBytes, servedBytes }) => sentBytes + receivedBytes + servedBytes > 0)
    .sort((a, b) => total(b) - total(a))
  const sum = (name: 'sentBytes' | 'receivedBytes' | 'servedBytes') =>
    peers.reduce((bytes, peer) => bytes + peer[name], 0)
  return { sentBytes: sum('sentBytes'), receivedBytes: sum('receivedBytes'), servedBytes: sum('servedBytes'), peers }
}

const total = ({ sentBytes, receivedBytes, servedBytes }: PeerBytes) => sentBytes + receivedBytes + servedBytes
