import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { encodeErrorReply, StorgoError } from '@storgo/protocol'
import type { Frames } from '../frame-decoder.ts'
import type { Greetings } from '../greetings.ts'
import type { PeerGuard } from '../peer-guard.ts'
import { parseCarrierListen } from './carrier-address.ts'
import type { CarrierSockets } from './carriers.ts'
import type { CarrierListener } from './listen-carrier.ts'

/** Answers one request of a peer; never rejects. */
export type AnswerPeer = (peer: PeerId, request: Frames, gone: AbortSignal) => Promise<Frames>

export type TakeCarriersOptions = {
  /** As `/ip4/0.0.0.0/tcp/4002`; port 0 takes any free one. */
  listen: string
  sockets: CarrierSockets | undefined
  maxConnections: number
  maxArrivalsPerSecond: number
  /** What is answered, by protocol. */
  answers: ReadonlyMap<string, AnswerPeer>
  libp2p: Libp2p
  greetings: Greetings
  guard: PeerGuard | undefined
}

/**
 * Takes native carriers of peers that have completed hello on a connection of libp2p, and for as long as they have one.
 *
 * @throws {StorgoError} `CONFIG_INVALID` if it cannot listen.
 */
export async function takeCarriers(options: TakeCarriersOptions): Promise<CarrierListener> {
  const { listen, sockets, maxConnections, maxArrivalsPerSecond, answers, libp2p, greetings, guard } = options
  if (!sockets) throw new StorgoError('CONFIG_INVALID', 'There are no sockets to take carriers on.', { listen })
  const isGreeted = (peer: PeerId) => greetings.ofPeer(libp2p, peer) !== undefined
  const listener = await sockets.listen({
    at: parseCarrierListen(listen),
    maxConnections,
    maxArrivalsPerSecond,
    isGreeted: (peer) => isGreeted(peer) && guard?.bannedFor(peer) === undefined,
    answer: async (peer, protocol, request, gone) =>
      (await answers.get(protocol)?.(peer, request, gone)) ?? unknownProtocol(protocol),
    onOffence: (peer, offence) => guard?.offended(peer, offence),
  })
  libp2p.addEventListener('connection:close', ({ detail }: CustomEvent<Connection>) => {
    if (!isGreeted(detail.remotePeer)) listener.drop(detail.remotePeer)
  })
  return listener
}

function unknownProtocol(protocol: string): Frames {
  const error = new StorgoError('VERSION_UNSUPPORTED', `This peer does not speak ${protocol}.`, { protocol })
  return { message: encodeErrorReply(error), bulk: new Uint8Array(0) }
}
