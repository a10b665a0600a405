import type { PeerId } from '@libp2p/interface'
import { StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import { answering, type ReplyContent, type ServeLimits } from './answering.ts'
import type { Peer } from './create-peer.ts'
import type { Frames } from './frame-decoder.ts'
import type { Greeted } from './greetings.ts'
import { serveStreams } from './serve-streams.ts'

export type RequestContext = {
  peer: PeerId
  /** Who the peer has proven to be in hello. */
  account: Address
  /** The account is a registered provider. */
  isProvider: boolean
  /** Aborts at the deadline and when the peer gives up. */
  signal: AbortSignal
}

/** Answers one request. A StorgoError it throws reaches the peer as it is, anything else only as `INTERNAL`. */
export type RequestHandler = (request: Frames, context: RequestContext) => Promise<ReplyContent>

/** Whoever asks, and as whom it has said hello, if it has. */
type Asker = { remotePeer: PeerId; greeted: Greeted | undefined }

/** Answers `protocol`, on every carrier, for peers that have completed hello; others are told `HELLO_REQUIRED`. */
export async function serveRequests(
  peer: Peer,
  protocol: string,
  handle: RequestHandler,
  limits: ServeLimits,
): Promise<void> {
  const answer = answering<Asker>(peer, protocol, limits, async (request, { remotePeer, greeted }, signal) => {
    if (!greeted) throw new StorgoError('HELLO_REQUIRED', 'Say hello first.')
    const { account, isProvider } = greeted
    return handle(await request(), { peer: remotePeer, account, isProvider, signal })
  })
  peer.answers.set(protocol, (remotePeer, request, gone) =>
    answer({
      asker: { remotePeer, greeted: peer.greetings.ofPeer(peer.libp2p, remotePeer) },
      read: async () => request,
      gone,
    }),
  )
  await serveStreams(peer, protocol, ({ asker, ...asked }) =>
    answer({ ...asked, asker: { remotePeer: asker.remotePeer, greeted: peer.greetings.of(asker) } }),
  )
}
