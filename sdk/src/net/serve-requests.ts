import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { encodeErrorReply, encodeReply, isStorgoError, StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import type { Frames } from './frame-decoder.ts'
import { readFrames, writeFrames } from './frames.ts'
import type { Offence } from './peer-guard.ts'

/** The protocol's own reply message (at most `MAX_MESSAGE_BYTES` less what the frame around it takes) and bulk bytes. */
export type ReplyContent = { body: Uint8Array; bulk?: Uint8Array }

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

export type ServeLimits = {
  /** Requests of this protocol answered at a time, over all peers; more are told `PROVIDER_BUSY` unread. */
  maxConcurrent: number
  /** From the opening of the stream to the handler's answer. */
  timeoutMs: number
  /** Told of failures that are ours: the error itself never reaches the peer. */
  onInternalError?: (error: unknown, context: { peer: PeerId; protocol: string }) => void
}

/** How long a peer may take to receive the reply. */
const SEND_TIMEOUT_MS = 10_000
/** How long to let a peer finish sending a request that was refused unread, so that it sees why. */
const LINGER_MS = 1_000

/** Answers `protocol` for peers that have completed hello; others are told `HELLO_REQUIRED`. */
export async function serveRequests(
  peer: Peer,
  protocol: string,
  handle: RequestHandler,
  limits: ServeLimits,
): Promise<void> {
  await serveStreams(peer, protocol, limits, async (request, connection, signal) => {
    const greeted = peer.greetings.of(connection)
    if (!greeted) throw new StorgoError('HELLO_REQUIRED', 'Say hello first.')
    const { account, isProvider } = greeted
    return handle(await request(), { peer: connection.remotePeer, account, isProvider, signal })
  })
}

/** Bytes of the request once it is there. */
type Received = { bytes: number }

/** Reads the request; called at most once. */
type ReadRequest = () => Promise<Frames>
type StreamAnswerer = (request: ReadRequest, connection: Connection, signal: AbortSignal) => Promise<ReplyContent>

/** Deadlines, bounds and error replies of every protocol that this side answers, hello included. */
export async function serveStreams(
  peer: Peer,
  protocol: string,
  { maxConcurrent, timeoutMs, onInternalError }: ServeLimits,
  answer: StreamAnswerer,
): Promise<void> {
  const { guard, shares } = peer
  let running = 0

  const answerWithin = async (stream: Stream, connection: Connection, gone: AbortSignal, received: Received) => {
    if (running >= maxConcurrent) throw new StorgoError('PROVIDER_BUSY', 'Too many requests at once.')
    const release = shares.take(connection.remotePeer)
    if (!release) {
      guard?.offended(connection.remotePeer, 'request-flood')
      throw new StorgoError('PROVIDER_BUSY', 'Too many requests of one peer at once.')
    }
    const read = async (signal: AbortSignal) => {
      try {
        const request = await readFrames(stream, { signal })
        received.bytes = request.message.length + request.bulk.length
        return request
      } catch (error) {
        const offence = offenceOf(error)
        if (offence) guard?.offended(connection.remotePeer, offence)
        throw error
      }
    }
    const details = { protocol }
    return withDeadline({ ms: timeoutMs, what: 'The request', details, signal: gone }, async (signal) => {
      running++
      try {
        return await answer(() => read(signal), connection, signal)
      } finally {
        // A handler that outlives its deadline keeps its places, so the bounds hold for work, not for replies.
        running--
        release()
      }
    })
  }

  const replyTo = async (stream: Stream, connection: Connection, gone: AbortSignal): Promise<Frames> => {
    const startedMs = performance.now()
    const received: Received = { bytes: 0 }
    const tell = (sentBytes: number, error?: unknown) => {
      const bytes = { sentBytes, receivedBytes: received.bytes }
      const ms = performance.now() - startedMs
      guard?.served(connection.remotePeer, { protocol, ms, ...bytes, ...(error !== undefined && { error }) })
    }
    try {
      const { body, bulk = new Uint8Array(0) } = await answerWithin(stream, connection, gone, received)
      tell(body.length + bulk.length)
      return { message: encodeReply(body), bulk }
    } catch (error) {
      if (!isStorgoError(error)) onInternalError?.(error, { peer: connection.remotePeer, protocol })
      if (received.bytes > 0 && isStorgoError(error, 'REQUEST_INVALID')) {
        guard?.offended(connection.remotePeer, 'message-malformed')
      }
      tell(0, error)
      return { message: encodeErrorReply(error), bulk: new Uint8Array(0) }
    }
  }

  await peer.libp2p.handle(protocol, async (stream, connection) => {
    const gone = new AbortController()
    stream.addEventListener('close', ({ error }) => error && gone.abort(error), { once: true })
    try {
      const reply = await replyTo(stream, connection, gone.signal)
      gone.signal.throwIfAborted()
      await withDeadline({ ms: SEND_TIMEOUT_MS, what: 'Sending the reply' }, (signal) =>
        writeFrames(stream, reply, { signal }),
      )
      await linger(stream)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

/** What a request that could not be read says of who sent it. */
function offenceOf(error: unknown): Offence | undefined {
  if (isStorgoError(error, 'MESSAGE_TOO_LARGE')) return 'frame-giant'
  if (isStorgoError(error, 'REQUEST_INVALID')) return 'frame-malformed'
  return isStorgoError(error, 'TIMED_OUT') ? 'request-slow' : undefined
}

/** Drops what the peer still sends, until it has ended or reset the stream. */
async function linger(stream: Stream): Promise<void> {
  if (stream.remoteWriteStatus !== 'writable') return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.addEventListener('message', () => {})
  stream.addEventListener('remoteCloseWrite', () => resolve(), { once: true })
  stream.addEventListener('close', () => resolve(), { once: true })
  await withDeadline({ ms: LINGER_MS, what: 'The rest of a refused request' }, () => promise)
}
