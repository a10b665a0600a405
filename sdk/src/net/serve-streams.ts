import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import type { Asked } from './answering.ts'
import type { Peer } from './create-peer.ts'
import { withDeadline } from './deadline.ts'
import type { Frames } from './frame-decoder.ts'
import { readFrames, writeFrames } from './frames.ts'

/** How long a peer may take to receive the reply: eight of them may share a slow connection. */
const SEND_TIMEOUT_MS = 120_000
/** How long to let a peer finish sending a request that was refused unread, so that it sees why. */
const LINGER_MS = 1_000

/** Answers `protocol` on streams of libp2p. */
export async function serveStreams(
  { libp2p }: Peer,
  protocol: string,
  answer: (asked: Asked<Connection>) => Promise<Frames>,
): Promise<void> {
  const handle: StreamHandler = async (stream, connection) => {
    const gone = new AbortController()
    stream.addEventListener('close', ({ error }) => error && gone.abort(error), { once: true })
    try {
      const read = (signal: AbortSignal) => readFrames(stream, { signal })
      const reply = await answer({ asker: connection, read, gone: gone.signal })
      gone.signal.throwIfAborted()
      await withDeadline({ ms: SEND_TIMEOUT_MS, what: 'Sending the reply' }, (signal) =>
        writeFrames(stream, reply, { signal }),
      )
      await linger(stream)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }
  await libp2p.handle(protocol, handle, { runOnLimitedConnection: true })
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
