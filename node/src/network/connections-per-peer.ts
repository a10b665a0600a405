import type { Libp2p } from '@libp2p/interface'

/** Closes the newest connection of a peer that has more than `most()`. */
export function limitConnectionsPerPeer(libp2p: Libp2p, most: () => number): void {
  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    if (libp2p.getConnections(connection.remotePeer).length <= most()) return
    connection.abort(new Error(`A peer may have ${most()} connections.`))
  })
}
