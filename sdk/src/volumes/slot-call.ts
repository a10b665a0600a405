import type { Peer } from '../net/create-peer.ts'
import type { PeerAddress } from '../net/peer-address.ts'
import { request } from '../net/request.ts'

export type CallOptions = { signal?: AbortSignal | undefined; timeoutMs: number }

/** One request and its reply. `bulk` must not change before the reply. */
export type SlotCall = (
  protocol: string,
  content: { message: Uint8Array; bulk?: Uint8Array },
  options: CallOptions,
) => Promise<{ body: Uint8Array; bulk: Uint8Array }>

/** Calls of the provider at `to` over its connection. Rejects as `request` does. */
export function peerCall(peer: Peer, to: PeerAddress): SlotCall {
  return (protocol, content, options) => request(peer, { to, protocol, ...content, ...options })
}
