import type { Peer } from '@storgo/sdk'

/** Closes the newest connection of a peer that has more than `most`, which is asked each time. */
export function limitConnectionsPerPeer({ libp2p, guard }: Peer, most: () => number): void {
  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    const { remotePeer, direction } = connection
    if (libp2p.getConnections(remotePeer).length <= most()) return
    if (direction === 'inbound') guard?.offended(remotePeer, 'connection-flood')
    connection.abort(new Error(`A peer may have ${most()} connections.`))
  })
}
