import type { PeerId } from '@libp2p/interface'
import { encodeErrorReply, encodeReply, isStorgoError, StorgoError } from '@storgo/protocol'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import type { Frames } from './frame-decoder.ts'
import type { Offence } from './peer-guard.ts'

/** The protocol's own reply message (at most `MAX_MESSAGE_BYTES` less what the frame around it takes) and bulk bytes. */
export type ReplyContent = { body: Uint8Array; bulk?: Uint8Array }

export type ServeLimits = {
  /** Requests of this protocol answered at a time, over all peers; more are told `PROVIDER_BUSY` unread. */
  maxConcurrent: number
  /** From the opening of the stream, or from the whole request on a native carrier, to the handler's answer. */
  timeoutMs: number
  /** Told of failures that are ours: the error itself never reaches the peer. */
  onInternalError?: (error: unknown, context: { peer: PeerId; protocol: string }) => void
}

/** Reads the request; called at most once. */
type ReadRequest = (signal: AbortSignal) => Promise<Frames>

/** `Asker` is the connection that a request came on, or what there is instead. */
type Answer<Asker> = (request: () => Promise<Frames>, asker: Asker, signal: AbortSignal) => Promise<ReplyContent>

/** One request, whatever it came on. */
export type Asked<Asker> = {
  asker: Asker
  read: ReadRequest
  /** Aborts when the peer gives up. */
  gone: AbortSignal
}

/**
 * Deadlines, bounds and error replies of a protocol, the same on every carrier.
 *
 * @returns what gives the frames of the reply to one request, and never rejects.
 */
export function answering<Asker extends { remotePeer: PeerId }>(
  { guard, shares }: Peer,
  protocol: string,
  { maxConcurrent, timeoutMs, onInternalError }: ServeLimits,
  answer: Answer<Asker>,
): (asked: Asked<Asker>) => Promise<Frames> {
  let running = 0

  const answerWithin = async ({ asker, read, gone }: Asked<Asker>, received: { bytes: number }) => {
    if (running >= maxConcurrent) throw new StorgoError('PROVIDER_BUSY', 'Too many requests at once.')
    const release = shares.take(asker.remotePeer)
    if (!release) {
      guard?.offended(asker.remotePeer, 'request-flood')
      throw new StorgoError('PROVIDER_BUSY', 'Too many requests of one peer at once.')
    }
    const readWhole = async (signal: AbortSignal) => {
      try {
        const request = await read(signal)
        received.bytes = request.message.length + request.bulk.length
        return request
      } catch (error) {
        const offence = offenceOf(error)
        if (offence) guard?.offended(asker.remotePeer, offence)
        throw error
      }
    }
    const details = { protocol }
    return withDeadline({ ms: timeoutMs, what: 'The request', details, signal: gone }, async (signal) => {
      running++
      try {
        return await answer(() => readWhole(signal), asker, signal)
      } finally {
        // A handler that outlives its deadline keeps its places, so the bounds hold for work, not for replies.
        running--
        release()
      }
    })
  }

  return async (asked) => {
    const { remotePeer } = asked.asker
    const startedMs = performance.now()
    const received = { bytes: 0 }
    const tell = (sentBytes: number, error?: unknown) => {
      const bytes = { sentBytes, receivedBytes: received.bytes }
      const ms = performance.now() - startedMs
      guard?.served(remotePeer, { protocol, ms, ...bytes, ...(error !== undefined && { error }) })
    }
    try {
      const { body, bulk = new Uint8Array(0) } = await answerWithin(asked, received)
      const reply = { message: encodeReply(body), bulk }
      tell(body.length + bulk.length)
      return reply
    } catch (error) {
      if (!isStorgoError(error)) onInternalError?.(error, { peer: remotePeer, protocol })
      if (received.bytes > 0 && isStorgoError(error, 'REQUEST_INVALID')) {
        guard?.offended(remotePeer, 'message-malformed')
      }
      tell(0, error)
      return { message: encodeErrorReply(error), bulk: new Uint8Array(0) }
    }
  }
}

/** What a request that could not be read says of who sent it. */
function offenceOf(error: unknown): Offence | undefined {
  if (isStorgoError(error, 'MESSAGE_TOO_LARGE')) return 'frame-giant'
  if (isStorgoError(error, 'REQUEST_INVALID')) return 'frame-malformed'
  return isStorgoError(error, 'TIMED_OUT') ? 'request-slow' : undefined
}
