import { type Connection, type Stream, UnsupportedProtocolError } from '@libp2p/interface'
import { decodeReply, isStorgoError, StorgoError } from '@storgo/protocol'
import type { Frames } from './frame-decoder.ts'
import { checkFrameSizes, readFrames, writeFrames } from './frames.ts'

/**
 * One request and its reply on a stream of its own. `onBytes` is told how many bytes of the reply have come, as they come.
 *
 * @throws {StorgoError} what the peer answered; `MESSAGE_TOO_LARGE` if the request is; `VERSION_UNSUPPORTED` if the peer
 * does not know `protocol`; `PEER_UNREACHABLE` if it gives no well-formed reply. Rejects with the signal's reason when
 * that aborts.
 */
export async function exchange(
  connection: Connection,
  protocol: string,
  request: Frames,
  options: { signal: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<{ body: Uint8Array; bulk: Uint8Array }> {
  checkFrameSizes(request)
  const { signal } = options
  const stream = await openStream(connection, protocol, signal)
  try {
    // When writing fails the stream is closed, and reading then says why: the reason may have come in a reply.
    writeFrames(stream, request, { signal }).catch(() => {})
    const { message, bulk } = await readReply(stream, options)
    return { body: decodeReply(message), bulk }
  } finally {
    if (stream.status === 'open') stream.abort(new Error('The exchange is over.'))
  }
}

async function openStream(connection: Connection, protocol: string, signal: AbortSignal): Promise<Stream> {
  try {
    // Also on what is relayed: hello, and what is small enough for the relay's bound.
    return await connection.newStream(protocol, { signal, runOnLimitedConnection: true })
  } catch (cause) {
    signal.throwIfAborted()
    const details = { peer: connection.remotePeer.toString(), protocol }
    if (cause instanceof UnsupportedProtocolError) {
      throw new StorgoError('VERSION_UNSUPPORTED', `The peer does not speak ${protocol}.`, details, { cause })
    }
    throw new StorgoError('PEER_UNREACHABLE', 'The peer takes no request.', details, { cause })
  }
}

async function readReply(stream: Stream, options: Parameters<typeof readFrames>[1]): Promise<Frames> {
  try {
    return await readFrames(stream, options)
  } catch (cause) {
    if (!isStorgoError(cause, 'REQUEST_INVALID') && !isStorgoError(cause, 'MESSAGE_TOO_LARGE')) throw cause
    throw new StorgoError('PEER_UNREACHABLE', `The peer gave no valid reply: ${cause.message}`, {}, { cause })
  }
}
