import type { Connection } from '@libp2p/interface'
import { isStorgoError, StorgoError } from '@storgo/protocol'
import { inDialOrder } from './address-order.ts'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import type { PeerAddress } from './peer-address.ts'
import { sayHello } from './say-hello.ts'

const MAX_ADDRESSES = 8

/**
 * An open connection to `to` that has completed hello: the one there is, or a new one. All who ask while one is being made
 * wait for the same.
 *
 * @throws {StorgoError} `PEER_BANNED`, `TIMED_OUT`, `PEER_UNREACHABLE`, `WRONG_CHAIN`, `VERSION_UNSUPPORTED`,
 * `HELLO_REFUSED`.
 */
export function connectionTo(peer: Peer, to: PeerAddress): Promise<Connection> {
  const ban = peer.guard?.bannedFor(to.peerId)
  if (ban !== undefined) {
    const details = { operator: to.operator, peer: to.peerId.toString(), reason: ban }
    return Promise.reject(new StorgoError('PEER_BANNED', `The peer is banned here: ${ban}.`, details))
  }
  const greeted = openConnections(peer, to).find((connection) => peer.greetings.of(connection))
  if (greeted) return Promise.resolve(greeted)
  const key = to.peerId.toString()
  const making = peer.connecting.get(key)
  if (making) return making
  const connecting = connect(peer, to).finally(() => peer.connecting.delete(key))
  peer.connecting.set(key, connecting)
  return connecting
}

async function connect(peer: Peer, to: PeerAddress): Promise<Connection> {
  const details = { operator: to.operator, peer: to.peerId.toString() }
  const { helloTimeoutMs } = peer.timeouts
  const connection = openConnections(peer, to)[0] ?? (await reach(peer, to))
  try {
    await withDeadline({ ms: helloTimeoutMs, what: 'Hello', details }, (signal) =>
      sayHello(peer, connection, { operator: to.operator, signal }),
    )
    return connection
  } catch (error) {
    connection.abort(new Error('Hello failed.', { cause: error }))
    throw error
  }
}

/** Dials the known addresses, and then those where the peer is found to have moved. */
async function reach(peer: Peer, to: PeerAddress): Promise<Connection> {
  try {
    return await dialWithin(peer, to)
  } catch (error) {
    const isLost = isStorgoError(error, 'PEER_UNREACHABLE') || isStorgoError(error, 'TIMED_OUT')
    const found = isLost ? await peer.findPeer?.(to) : undefined
    if (!found) throw error
    return dialWithin(peer, found)
  }
}

function dialWithin(peer: Peer, to: PeerAddress): Promise<Connection> {
  const details = { operator: to.operator, peer: to.peerId.toString() }
  return withDeadline({ ms: peer.timeouts.dialTimeoutMs, what: 'Connecting', details }, (signal) =>
    dial(peer, to, signal),
  )
}

const openConnections = ({ libp2p }: Peer, { peerId }: PeerAddress): Connection[] =>
  libp2p.getConnections(peerId).filter(({ status }) => status === 'open')

/** Tries addresses in turn, best first. Each has its share of the time, so that one which says nothing leaves some for the next. */
async function dial(
  peer: Peer,
  { operator, peerId, multiaddrs }: PeerAddress,
  signal: AbortSignal,
): Promise<Connection> {
  const details = { operator, peer: peerId.toString() }
  if (multiaddrs.length === 0) throw new StorgoError('PEER_UNREACHABLE', 'The peer has no address.', details)
  const untilMs = performance.now() + peer.timeouts.dialTimeoutMs
  const inOrder = inDialOrder(multiaddrs).slice(0, MAX_ADDRESSES)
  let cause: unknown
  for (const [i, address] of inOrder.entries()) {
    const left = inOrder.length - i
    const shareMs = Math.max(1, Math.ceil((untilMs - performance.now()) / left))
    const share = left === 1 ? signal : AbortSignal.any([signal, AbortSignal.timeout(shareMs)])
    try {
      return await peer.libp2p.dial(address, { signal: share })
    } catch (error) {
      if (isStorgoError(signal.reason)) throw signal.reason
      cause = error
    }
  }
  const addresses = inOrder.join(' ')
  throw new StorgoError('PEER_UNREACHABLE', `No connection to ${addresses}.`, { ...details, addresses }, { cause })
}
