import type { PeerId } from '@libp2p/interface'
import type { PeerRecord } from '../discovery/peer-record.ts'

/** What no honest peer does. The names are shown to operators, so they never change. */
export const OFFENCES = [
  /** A hello that its account has not signed for this connection: made up, or said by another peer before. */
  'hello-forged',
  /** A hello that was said before on another connection. */
  'hello-replayed',
  /** A connection without a hello within the deadline. */
  'hello-missing',
  /** A frame longer than any may be. */
  'frame-giant',
  /** A frame that ends early, or with something after it. */
  'frame-malformed',
  /** A request that was not whole within the deadline. */
  'request-slow',
  /** A message that is none of its protocol. */
  'message-malformed',
  /** More requests at a time than one peer may have. */
  'request-flood',
  /** More connections than one peer may have. */
  'connection-flood',
  /** Bytes that do not hash to what a certified state says. */
  'bytes-false',
  /** A signature that is not that of whom it should be. */
  'signature-false',
  /** A state that does not go with the bytes sent for it. */
  'state-false',
  /** Two different states of one nonce and term, both signed. */
  'states-conflicting',
] as const
export type Offence = (typeof OFFENCES)[number]

/** One request and its reply, as seen by either side. */
export type Exchanged = {
  protocol: string
  /** From the first byte sent to the last received, or to the failure. */
  ms: number
  sentBytes: number
  receivedBytes: number
  /** What it failed with; absent when it did not. */
  error?: unknown
}

/** Who decides which peers are dealt with, and is told what they do. Nothing here may throw or take long. */
export interface PeerGuard {
  /** Why a peer is not dealt with; `undefined` if it is. */
  bannedFor(peer: PeerId): string | undefined
  /** A request of ours to a peer is over. */
  asked(peer: PeerId, exchanged: Exchanged): void
  /** A request of a peer's to us is over. */
  served(peer: PeerId, exchanged: Exchanged): void
  offended(peer: PeerId, offence: Offence): void
  /** How a peer has done so far; `undefined` if nothing is known of it. */
  recordOf(peer: PeerId): PeerRecord | undefined
}
