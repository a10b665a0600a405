import type { Connection } from '@libp2p/interface'
import { isStorgoError } from '@storgo/protocol'
import { CarrierLost } from './carrier/carrier.ts'
import { connectionTo } from './connection-to.ts'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import { exchange } from './exchange.ts'
import type { Frames } from './frame-decoder.ts'
import type { PeerAddress } from './peer-address.ts'

export type RequestOptions = {
  to: PeerAddress
  protocol: string
  /** At most `MAX_MESSAGE_BYTES`. */
  message: Uint8Array
  /** At most `MAX_BULK_BYTES`; must not change before the reply. */
  bulk?: Uint8Array
  signal?: AbortSignal | undefined
  /**
   * For everything from the connection to the reply, once it is this request's turn; longer while the peer brings bytes, or nobody
   * who is asked is heard of (see `NetworkSilence`). Default 10 s.
   */
  timeoutMs?: number
}

/**
 * Asks a provider and returns its reply. The connection is made and greeted if need be, and reused; a provider is asked at
 * most 8 things at a time, the rest wait in order. A request whose native carrier breaks off is made again on a stream, so
 * the provider may see it twice: every protocol must allow for that.
 *
 * @throws {StorgoError} what the provider answered; `TIMED_OUT`, `PEER_UNREACHABLE`, `PROVIDER_BUSY` (too many wait here
 * already), `MESSAGE_TOO_LARGE`, and what hello may be refused with. Rejects with the signal's reason when it aborts.
 */
export async function request(peer: Peer, options: RequestOptions): Promise<{ body: Uint8Array; bulk: Uint8Array }> {
  const { to, protocol, message, bulk = new Uint8Array(0), signal, timeoutMs = 10_000 } = options
  const details = { operator: to.operator, protocol }
  const key = to.peerId.toString()
  const ask = async (deadline: AbortSignal) => {
    const connection = await connectionTo(peer, to)
    deadline.throwIfAborted()
    return carry(peer, connection, protocol, { message, bulk }, deadline)
  }
  return peer.queue.run(key, signal, () => {
    const within = { ms: timeoutMs, what: 'The request', details, signal }
    return peer.silence.during(key, () => {
      const extendMs = peer.silence.extending(key, timeoutMs)
      return withDeadline({ ...within, extendMs }, (deadline) => observed(peer, options, () => ask(deadline))).catch(
        (error: unknown) => {
          if (isStorgoError(error, 'TIMED_OUT')) endIfDead(peer, to)
          throw error
        },
      )
    })
  })
}

/** The system would go on for a quarter of an hour; the next request makes a new connection, maybe to where the peer has moved. */
function endIfDead({ libp2p, silence }: Peer, { peerId }: PeerAddress): void {
  const key = peerId.toString()
  if (!silence.isGone(key)) return
  silence.forget(key)
  for (const connection of libp2p.getConnections(peerId)) connection.abort(new Error('Nothing comes on it any more.'))
}

/** By the native carrier to the peer if there is one, otherwise, or if that breaks off, on a stream. */
async function carry(peer: Peer, connection: Connection, protocol: string, request: Frames, signal: AbortSignal) {
  const port = peer.greetings.of(connection)?.carrierPort ?? 0
  const key = connection.remotePeer.toString()
  const reply =
    (await peer.carriers.of(connection)?.exchange(protocol, request, signal).catch(unlessLost)) ??
    (await exchange(connection, protocol, request, { signal, onBytes: (bytes) => peer.silence.heard(key, bytes) }))
  peer.carriers.count(connection, request.bulk.length + reply.bulk.length, port)
  return reply
}

function unlessLost(error: unknown): undefined {
  if (!(error instanceof CarrierLost)) throw error
}

/** Tells the guard how the request went, unless nobody waits for it any more. */
async function observed(
  peer: Peer,
  options: RequestOptions,
  ask: () => Promise<{ body: Uint8Array; bulk: Uint8Array }>,
) {
  const { to, protocol, message, bulk, signal } = options
  const startedMs = performance.now()
  const tell = (receivedBytes: number, error?: unknown) => {
    const sentBytes = message.length + (bulk?.length ?? 0)
    const ms = performance.now() - startedMs
    peer.guard?.asked(to.peerId, { protocol, ms, sentBytes, receivedBytes, ...(error !== undefined && { error }) })
  }
  try {
    const reply = await ask()
    tell(reply.body.length + reply.bulk.length)
    return reply
  } catch (error) {
    if (!signal?.aborted) tell(0, error)
    throw error
  }
}
