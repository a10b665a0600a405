import type { Socket } from 'node:net'
import { encodeErrorReply, type StorgoError } from '@storgo/protocol'
import { encodeFrameStart } from './carrier-frames.ts'

/** How long a refused peer may take to hang up, so that it sees why before the connection is cut. */
const LINGER_MS = 1_000

/** A reply that is about the whole connection: welcome (`encodeReply` of nothing), or why not. */
export const connectionFrame = (message: Uint8Array): Uint8Array =>
  encodeFrameStart({ kind: 'reply', id: 0 }, { message })

/** Tells the peer why this connection ends, and ends it. What the peer still sends is dropped. */
export function refuseCarrier(socket: Socket, reason: StorgoError): void {
  socket.removeAllListeners('data')
  socket.on('error', () => {})
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
  socket.end(connectionFrame(encodeErrorReply(reason)))
}
