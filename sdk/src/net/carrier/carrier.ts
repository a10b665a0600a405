import type { Frames } from '../frame-decoder.ts'

/** A way to bring requests to one peer, several at a time, beside the streams of libp2p. */
export interface Carrier {
  /** Resolves when nothing can be sent any more. */
  readonly closed: Promise<void>
  /** Whether a reply has come on it. */
  readonly hasCarried: boolean
  /**
   * One request and its reply.
   *
   * @throws {CarrierLost} if the carrier breaks off before the reply: the peer may or may not have had the request. Otherwise
   * as `exchange` on a stream.
   */
  exchange(protocol: string, request: Frames, signal: AbortSignal): Promise<{ body: Uint8Array; bulk: Uint8Array }>
  close(): void
}

/** Where a peer takes native carriers: an IP address or a name, and a TCP port. */
export type CarrierAddress = { host: string; port: number }

/** A carrier that broke off. Never leaves the network layer, which repeats the request on a stream. */
export class CarrierLost extends Error {
  override readonly name = 'CarrierLost'
}
