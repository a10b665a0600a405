import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { PeerId } from '@libp2p/interface'
import { isStorgoError, StorgoError } from '@storgo/protocol'
import { LONGEST_SILENCE_MS } from '../network-silence.ts'
import type { Offence } from '../peer-guard.ts'
import { Arrivals } from './arrivals.ts'
import type { CarrierAddress } from './carrier.ts'
import { refuseCarrier } from './refuse-carrier.ts'
import { type AnswerRequest, serveCarrier } from './serve-carrier.ts'
import { CARRIER_ALPN, type TlsIdentity, verifiedPeer } from './tls-identity.ts'

/** Native carriers of one peer at a time: the one in use, and one that takes its place. */
const MAX_PER_PEER = 2
const HANDSHAKE_TIMEOUT_MS = 5_000

export type ListenCarrierOptions = {
  identity: TlsIdentity
  at: CarrierAddress
  /** Open connections at most. */
  maxConnections: number
  /** New connections taken from one IP address in a second. */
  maxArrivalsPerSecond: number
  /** Whether the peer may ask here: it has completed hello on a connection that is still open. */
  isGreeted: (peer: PeerId) => boolean
  answer: (peer: PeerId, ...request: Parameters<AnswerRequest>) => ReturnType<AnswerRequest>
  onOffence: (peer: PeerId, offence: Offence) => void
  /** Default 45 s. */
  frameTimeoutMs?: number
}

/** Takes native carriers; disposing it closes all of them. */
export type CarrierListener = Disposable & {
  readonly port: number
  /** Closes the carriers of a peer. */
  drop: (peer: PeerId) => void
  /** From now on takes no more while there are so many; none is closed. */
  setMaxConnections: (most: number) => void
}

/** @throws {StorgoError} `CONFIG_INVALID` if it cannot listen. */
export async function listenCarrier(options: ListenCarrierOptions): Promise<CarrierListener> {
  const { at, identity, maxConnections, isGreeted, onOffence, frameTimeoutMs = LONGEST_SILENCE_MS } = options
  const open = new Map<string, TLSSocket[]>()
  const arrivals = new Arrivals(options.maxArrivalsPerSecond)
  const sockets = new Set<Socket>()

  const admit = async (socket: TLSSocket) => {
    socket.on('error', () => {})
    try {
      if (socket.alpnProtocol !== CARRIER_ALPN)
        throw new StorgoError('VERSION_UNSUPPORTED', 'No such carrier protocol.')
      const peer = await verifiedPeer(socket)
      if (!isGreeted(peer)) throw new StorgoError('HELLO_REQUIRED', 'Say hello first.')
      if (socket.destroyed) return
      keep(open, peer, socket)
      serveCarrier(socket, {
        answer: (...request) => options.answer(peer, ...request),
        onOffence: (offence) => onOffence(peer, offence),
        frameTimeoutMs,
      })
    } catch (error) {
      refuseCarrier(socket, isStorgoError(error) ? error : new StorgoError('INTERNAL', 'The carrier was not taken.'))
    }
  }

  const server = createServer(
    { ...identity, requestCert: true, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, noDelay: true, keepAlive: true },
    (socket) => void admit(socket),
  )
  server.maxConnections = maxConnections
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (!arrivals.admit(socket.remoteAddress ?? '', performance.now())) socket.destroy()
  })
  server.on('tlsClientError', (_, socket) => socket.destroy())
  try {
    if (isIP(at.host) === 0) throw new Error('not an IP address')
    server.listen(at.port, at.host)
    await once(server, 'listening')
  } catch (cause) {
    const details = { ...at }
    throw new StorgoError('CONFIG_INVALID', `Cannot listen on ${at.host}:${at.port}.`, details, { cause })
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    drop: (peer) => {
      for (const socket of open.get(peer.toString()) ?? []) socket.destroy()
    },
    setMaxConnections: (most) => {
      server.maxConnections = most
    },
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Remembers an open carrier; a peer that has too many loses its oldest. */
function keep(open: Map<string, TLSSocket[]>, peer: PeerId, socket: TLSSocket): void {
  const key = peer.toString()
  const own = [...(open.get(key) ?? []), socket]
  open.set(key, own)
  if (own.length > MAX_PER_PEER) own[0]?.destroy()
  socket.once('close', () => {
    const left = (open.get(key) ?? []).filter((other) => other !== socket)
    if (left.length > 0) open.set(key, left)
    else open.delete(key)
  })
}
