import type { Connection } from '@libp2p/interface'
import { operatorOf, type Peer } from '@storgo/sdk'
import type { Ban } from '../peers/bans.ts'
import type { NodeGuard } from '../peers/node-guard.ts'
import type { KnownPeer } from '../peers/peer-book.ts'

type ConnectionView = {
  direction: 'inbound' | 'outbound'
  address: string
  encryption: string | undefined
  multiplexer: string | undefined
  /** Bulk goes over TLS of its own beside this connection. */
  native: boolean
  greeted: boolean
  openSeconds: number
  rttMs: number | undefined
  streams: number
}

/** A peer as `storgo net peers` shows it. */
export type PeerView = Partial<Omit<KnownPeer, 'peerId'>> & {
  peerId: string
  connections: ConnectionView[]
  ban?: Ban
}

/** Peers that are connected, remembered or banned; the connected first, then those seen last. */
export function peerViews(peer: Peer, { book, bans }: Pick<NodeGuard, 'book' | 'bans'>): PeerView[] {
  const connections = Map.groupBy(peer.libp2p.getConnections(), ({ remotePeer }) => remotePeer.toString())
  const known = new Map(book.all().map((each) => [each.peerId, each]))
  const banned = new Map(bans.list().map((ban) => [ban.peerId, ban]))
  const views = [...new Set([...connections.keys(), ...known.keys(), ...banned.keys()])].map((peerId): PeerView => {
    const ban = banned.get(peerId)
    const open = connections.get(peerId) ?? []
    const operator = open[0] && operatorOf(open[0].remotePeer)
    return {
      ...(operator && { operator }),
      ...known.get(peerId),
      ...{ peerId, connections: open.map((connection) => viewOf(peer, connection)) },
      ...(ban && { ban }),
    }
  })
  return views.sort((a, b) => b.connections.length - a.connections.length || (b.lastSeenMs ?? 0) - (a.lastSeenMs ?? 0))
}

function viewOf({ greetings, carriers }: Peer, connection: Connection): ConnectionView {
  const { direction, remoteAddr, encryption, multiplexer, timeline, rtt, streams } = connection
  return {
    ...{ direction, encryption, multiplexer },
    address: remoteAddr.toString(),
    native: carriers.of(connection) !== undefined,
    greeted: greetings.of(connection) !== undefined,
    openSeconds: Math.round((Date.now() - timeline.open) / 1_000),
    rttMs: rtt,
    streams: streams.length,
  }
}
