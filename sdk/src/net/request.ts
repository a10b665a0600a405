import { connectionTo } from './connection-to.ts'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import { exchange } from './exchange.ts'
import type { PeerAddress } from './peer-address.ts'

export type RequestOptions = {
  to: PeerAddress
  protocol: string
  /** At most `MAX_MESSAGE_BYTES`. */
  message: Uint8Array
  /** At most `MAX_BULK_BYTES`; must not change before the reply. */
  bulk?: Uint8Array
  signal?: AbortSignal | undefined
  /** For everything from the connection to the reply, once it is this request's turn. Default 10 s. */
  timeoutMs?: number
}

/**
 * Asks a provider and returns its reply. The connection is made and greeted if need be, and reused; a provider is asked at
 * most 8 things at a time, the rest wait in order.
 *
 * @throws {StorgoError} what the provider answered; `TIMED_OUT`, `PEER_UNREACHABLE`, `PROVIDER_BUSY` (too many wait here
 * already), `MESSAGE_TOO_LARGE`, and what hello may be refused with. Rejects with the signal's reason when it aborts.
 */
export async function request(peer: Peer, options: RequestOptions): Promise<{ body: Uint8Array; bulk: Uint8Array }> {
  const { to, protocol, message, bulk = new Uint8Array(0), signal, timeoutMs = 10_000 } = options
  const details = { operator: to.operator, protocol }
  return peer.queue.run(to.peerId.toString(), signal, () =>
    withDeadline({ ms: timeoutMs, what: 'The request', details, signal }, async (deadline) => {
      const connection = await connectionTo(peer, to)
      deadline.throwIfAborted()
      return exchange(connection, protocol, { message, bulk }, deadline)
    }),
  )
}
