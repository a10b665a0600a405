import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import { yamux } from '@libp2p/yamux'
import { StorgoError } from '@storgo/protocol'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { carrierSockets } from '#carrier'
import { encrypters, transportsFor } from '#transports'
import { compareAddresses } from './address-order.ts'
import { announcing } from './announced-addresses.ts'
import { Carriers } from './carrier/carriers.ts'
import type { CarrierListener } from './carrier/listen-carrier.ts'
import { type AnswerPeer, takeCarriers } from './carrier/take-carriers.ts'
import { Greetings } from './greetings.ts'
import type { HelloIdentity, WalletIdentity } from './hello.ts'
import { HelloTimes } from './hello-times.ts'
import { NetworkSilence } from './network-silence.ts'
import { announceOwnAddresses } from './own-addresses.ts'
import type { PeerAddress } from './peer-address.ts'
import type { PeerGuard } from './peer-guard.ts'
import { transportKeyOf } from './peer-id.ts'
import { RequestQueue } from './request-queue.ts'
import { RequestShares } from './request-shares.ts'

/** Requests that one peer is asked at a time, and how many more may wait for it. */
const MAX_REQUESTS_PER_PEER = 8
const MAX_WAITING_REQUESTS_PER_PEER = 256

/** Requests of one peer that are answered at a time, by default. Each holds up to a MiB and some. */
const MAX_REQUESTS_OF_PEER = 32

/** A frame of each kind, with room for one more window: what a stream may buffer before it is reset. */
const MAX_STREAM_BUFFER_BYTES = 2 << 20

/** Everything that requests to peers, and the answering of theirs, share. Disposing it closes all connections. */
export type Peer = {
  readonly libp2p: Libp2p
  readonly identity: HelloIdentity | WalletIdentity
  readonly greetings: Greetings
  readonly queue: RequestQueue
  /** Native carriers to peers, beside the connections to them. */
  readonly carriers: Carriers
  /** What is answered to native carriers, by protocol. */
  readonly answers: Map<string, AnswerPeer>
  /** What our hello says of where native carriers are taken. */
  readonly carrierPort: () => { carrierPort?: number }
  readonly guard: PeerGuard | undefined
  readonly findPeer: FindPeer | undefined
  /** When hellos were said, so that no two are the same. */
  readonly helloTimes: HelloTimes
  /** Requests of each peer that are answered now. */
  readonly shares: RequestShares
  /** Who of those that are asked is heard of. */
  readonly silence: NetworkSilence
  /** Connections being made, by peer id. */
  readonly connecting: Map<string, Promise<Connection>>
  readonly timeouts: Readonly<PeerTimeouts>
  /** From now on keeps so many connections at most. Of more than that, those that carry nothing are closed, the newest first. */
  setMaxConnections(most: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Where a provider is that could not be reached at its known addresses; `undefined` if nobody knows a better one. Has
 * deadlines of its own.
 */
export type FindPeer = (lost: PeerAddress) => Promise<PeerAddress | undefined>

/** Parts of libp2p besides those of every peer: services such as the DHT, transports such as relays. */
export type PeerExtension = Required<Pick<Libp2pOptions, 'services' | 'transports' | 'peerDiscovery' | 'datastore'>>

type PeerTimeouts = {
  /** For one connection, encryption included. Default 3 s. */
  dialTimeoutMs: number
  /** For saying hello on it and getting the answer. Default 3 s. */
  helloTimeoutMs: number
}

export type PeerLimits = Partial<PeerTimeouts> & {
  /** Connections kept at most, default 300. */
  maxConnections?: number
  /** Requests of one peer answered at a time; more are told `PROVIDER_BUSY` unread. Default 32. */
  maxRequestsPerPeer?: number
  /** Inbound connections taken from one IP address per second, default 5. `Infinity` is for local networks only. */
  inboundConnectionThreshold?: number
}

export type PeerOptions = {
  /** Who we say we are in hello. */
  identity: HelloIdentity | WalletIdentity
  /** secp256k1, 32 bytes: the peer id. A provider's is its operator key; without one it is a fresh random key. */
  privateKey?: Uint8Array
  /** Multiaddrs to listen on; none: dial only. */
  listen?: readonly string[]
  /** Multiaddrs to announce instead of those listened on; read whenever somebody asks for them. */
  readonly announce?: readonly string[]
  /** Where to take native carriers, such as `/ip4/0.0.0.0/tcp/4002`; none without. */
  carrierListen?: string
  limits?: PeerLimits
  guard?: PeerGuard
  /** Asked when a provider cannot be reached. */
  findPeer?: FindPeer
  extension?: PeerExtension
  /** Runs before the peer listens: registers what it answers, so that no early connection finds it half ready. */
  beforeListening?: (peer: Peer) => Promise<void>
}

/**
 * Starts a libp2p peer: the platform's transports, TLS 1.3 or Noise with the peer's key, yamux; beside its connections,
 * native carriers for bulk (docs/protocol/carriers.md).
 *
 * @throws {StorgoError} `CONFIG_INVALID` if it cannot listen; `KEY_FILE_INVALID` if `privateKey` is not a key.
 */
export async function createPeer(options: PeerOptions): Promise<Peer> {
  const { identity, listen = [], carrierListen, limits = {}, guard, extension, beforeListening } = options
  const { maxConnections = 300, inboundConnectionThreshold = 5 } = limits
  const privateKey = options.privateKey ? transportKeyOf(options.privateKey) : await generateKeyPair('secp256k1')
  const sockets = carrierSockets(privateKey)
  let connectionManager: ConnectionManager | undefined
  const isBanned = (peerId: PeerId) => guard?.bannedFor(peerId) !== undefined
  const libp2p = await createLibp2p({
    privateKey,
    addresses: { listen: [...listen], announceFilter: announcing(options, privateKey) },
    ...extension,
    services: {
      ...extension?.services,
      ownAddresses: announceOwnAddresses,
      // Only services are handed it.
      connectionLimit: (components: { connectionManager: ConnectionManager }) => {
        connectionManager = components.connectionManager
        return {}
      },
    },
    transports: [...(await transportsFor(listen)), ...(extension?.transports ?? [])],
    connectionGater: {
      denyDialPeer: isBanned,
      denyInboundEncryptedConnection: isBanned,
      // In a page libp2p would refuse WebSockets without TLS and addresses of one's own network; what a page may reach is
      // the browser's to say.
      denyDialMultiaddr: () => false,
    },
    connectionEncrypters: encrypters(),
    streamMuxers: [
      yamux({
        maxInboundStreams: 128,
        streamOptions: {
          // A whole frame at once: a window that grows as it is used up costs a round trip for every 256 KiB.
          initialStreamWindowSize: MAX_STREAM_BUFFER_BYTES,
          maxStreamWindowSize: MAX_STREAM_BUFFER_BYTES,
          maxReadBufferLength: MAX_STREAM_BUFFER_BYTES,
          maxWriteBufferLength: MAX_STREAM_BUFFER_BYTES,
        },
      }),
    ],
    connectionManager: {
      maxConnections,
      inboundConnectionThreshold,
      addressSorter: compareAddresses,
      maxIncomingPendingConnections: 64,
      maxPeerAddrsToDial: 8,
      // libp2p keeps every stream this long under load, even one that has ended.
      inboundStreamProtocolNegotiationTimeout: 3_000,
    },
    // It pings every 10 s. On a slow path a ping waits behind bulk for longer than its stream may take to be negotiated, so that
    // it fails says nothing; `request` ends connections that are dead.
    connectionMonitor: { abortConnectionOnPingFailure: false },
    start: false,
  })
  let listener: CarrierListener | undefined
  const silence = new NetworkSilence()
  const onBytes = (from: PeerId, bytes: number) => silence.heard(from.toString(), bytes)
  const peer: Peer = {
    libp2p,
    identity,
    greetings: new Greetings(),
    queue: new RequestQueue({ concurrency: MAX_REQUESTS_PER_PEER, maxWaiting: MAX_WAITING_REQUESTS_PER_PEER }),
    carriers: new Carriers(sockets?.dial, { onBytes }),
    answers: new Map(),
    carrierPort: () => (listener ? { carrierPort: listener.port } : {}),
    silence,
    connecting: new Map(),
    guard,
    findPeer: options.findPeer,
    helloTimes: new HelloTimes(),
    shares: new RequestShares(limits.maxRequestsPerPeer ?? MAX_REQUESTS_OF_PEER),
    setMaxConnections: (most) => {
      connectionManager?.setMaxConnections(most)
      listener?.setMaxConnections(most)
    },
    timeouts: { dialTimeoutMs: limits.dialTimeoutMs ?? 3_000, helloTimeoutMs: limits.helloTimeoutMs ?? 3_000 },
    [Symbol.asyncDispose]: async () => {
      listener?.[Symbol.dispose]()
      listener = undefined
      await libp2p.stop()
    },
  }
  try {
    await beforeListening?.(peer)
    if (carrierListen) {
      const bounds = { maxConnections, maxArrivalsPerSecond: inboundConnectionThreshold }
      listener = await takeCarriers({ ...peer, ...bounds, listen: carrierListen, sockets })
    }
    await libp2p.start()
  } catch (cause) {
    await peer[Symbol.asyncDispose]()
    if (cause instanceof StorgoError) throw cause
    const details = { listen: listen.join(' ') }
    throw new StorgoError('CONFIG_INVALID', `Cannot listen on ${details.listen}.`, details, { cause })
  }
  return peer
}
