import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { concatBytes, MAX_BULK_BYTES, MAX_MESSAGE_BYTES, StorgoError } from '@storgo/protocol'
import { encodeFrameLength, FrameDecoder, type Frames } from './frame-decoder.ts'

/**
 * What goes out at a time of what is large. A muxer would make one frame of it, and the peer's would hand over nothing before the
 * last byte of that had come: on a slow path nobody could tell that anything does.
 */
const PART_BYTES = 64 << 10

const LIMITS = { maxMessageBytes: MAX_MESSAGE_BYTES, maxBulkBytes: MAX_BULK_BYTES }

/**
 * Sends both frames and ends our side of the stream; resolves when the transport has taken every byte. `bulk` is not
 * copied and must not change before that.
 *
 * @throws {StorgoError} `MESSAGE_TOO_LARGE`, before anything is sent. Rejects with the signal's reason when it aborts, and
 * with the stream's error when that is reset.
 */
export async function writeFrames(stream: Stream, frames: Frames, { signal }: { signal: AbortSignal }): Promise<void> {
  checkFrameSizes(frames)
  const { message, bulk } = frames
  stream.send(concatBytes(encodeFrameLength(message.length), message, encodeFrameLength(bulk.length)))
  for (let at = 0; at < bulk.length; at += PART_BYTES) {
    const isLast = at + PART_BYTES >= bulk.length
    stream.send(bulk.subarray(at, at + PART_BYTES))
    // What waits in the stream would become one frame.
    if (stream.writableNeedsDrain && !isLast) await drained(stream, signal)
  }
  await stream.close({ signal })
}

/** Waits by events: `stream.onDrain()` works only once per stream. */
async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onClose = ({ error }: StreamCloseEvent) => reject(error ?? new Error('The stream was closed.'))
  const onAbort = () => reject(signal.reason)
  stream.addEventListener('drain', () => resolve(), { once: true })
  stream.addEventListener('close', onClose, { once: true })
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
  } finally {
    stream.removeEventListener('close', onClose)
    signal.removeEventListener('abort', onAbort)
  }
}

/** @throws {StorgoError} `MESSAGE_TOO_LARGE` if either frame is over its bound. */
export function checkFrameSizes({ message, bulk }: Frames): void {
  if (message.length <= MAX_MESSAGE_BYTES && bulk.length <= MAX_BULK_BYTES) return
  const details = { messageBytes: message.length, bulkBytes: bulk.length }
  throw new StorgoError('MESSAGE_TOO_LARGE', 'A message or its bulk is larger than one frame.', details)
}

/**
 * Receives both frames and the end of the stream, so that nothing can follow them. Only once per stream, which stays the
 * caller's to abort. `onBytes` is told of bytes as they come.
 *
 * @throws {StorgoError} `MESSAGE_TOO_LARGE`; `REQUEST_INVALID` when malformed, followed by more, or ended in the middle;
 * `PEER_UNREACHABLE` when the stream is reset. Rejects with the signal's reason when it aborts.
 */
export async function readFrames(
  stream: Stream,
  { signal, onBytes }: { signal: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<Frames> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Frames>()
  const decoder = new FrameDecoder(LIMITS)

  // The 'end' event alone would miss bytes that protocol negotiation read ahead and pushed back.
  const settleAtEnd = () => {
    if (stream.remoteWriteStatus === 'writable' || stream.readBufferLength > 0) return
    if (decoder.frames) resolve(decoder.frames)
    else reject(new StorgoError('REQUEST_INVALID', 'The stream ended in the middle of a frame.'))
  }
  const settleClosed = (error: Error | undefined) => {
    if (!error || decoder.frames) return settleAtEnd()
    reject(new StorgoError('PEER_UNREACHABLE', `The stream broke off: ${error.message}`, {}, { cause: error }))
  }
  const onMessage = ({ data }: StreamMessageEvent) => {
    onBytes?.(data.byteLength)
    try {
      for (const bytes of data instanceof Uint8Array ? [data] : data) decoder.push(bytes)
      settleAtEnd()
    } catch (error) {
      reject(error)
    }
  }
  // A reset is acted on after the bytes that came before it: those are dispatched in a microtask queued earlier.
  const onClose = ({ error }: StreamCloseEvent) => queueMicrotask(() => settleClosed(error))
  const onAbort = () => reject(signal.reason)

  stream.addEventListener('message', onMessage)
  stream.addEventListener('remoteCloseWrite', settleAtEnd)
  stream.addEventListener('close', onClose)
  signal.addEventListener('abort', onAbort)
  try {
    settleAtEnd()
    return await promise
  } finally {
    // One by one, not by a signal: libp2p keeps some streams until its own timeouts, and they would keep the frames.
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('remoteCloseWrite', settleAtEnd)
    stream.removeEventListener('close', onClose)
    signal.removeEventListener('abort', onAbort)
  }
}
