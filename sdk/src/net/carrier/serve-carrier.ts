import type { Socket } from 'node:net'
import { encodeReply, isStorgoError, StorgoError } from '@storgo/protocol'
import type { Frames } from '../frame-decoder.ts'
import { LEAST_BYTES_PER_MS } from '../network-silence.ts'
import type { Offence } from '../peer-guard.ts'
import { type CarrierFrame, CarrierFrameDecoder, encodeFrameStart } from './carrier-frames.ts'
import { FrameWriter } from './frame-writer.ts'
import { connectionFrame, refuseCarrier } from './refuse-carrier.ts'

/** Requests of one carrier whose replies it has not had yet. Peers that keep to the rules have 8. */
const MAX_UNANSWERED = 32

/** Answers one request; never rejects, and resolves with the reply's frames whatever went wrong. */
export type AnswerRequest = (protocol: string, request: Frames, gone: AbortSignal) => Promise<Frames>

export type ServeCarrierOptions = {
  answer: AnswerRequest
  /** What the peer did wrong; the connection ends with it. */
  onOffence: (offence: Offence) => void
  /** From the first byte of a frame to its last, in both directions; longer for one that comes slowly but comes. */
  frameTimeoutMs: number
}

/** Answers the requests that come on a socket whose peer has been verified, until it closes. */
export function serveCarrier(socket: Socket, { answer, onOffence, frameTimeoutMs }: ServeCarrierOptions): void {
  const writer = new FrameWriter(socket, { sendTimeoutMs: frameTimeoutMs })
  const running = new Map<number, AbortController>()
  const decoder = new CarrierFrameDecoder(take)
  let timer: NodeJS.Timeout | undefined
  /** Bytes of the frame that have come since its time was last looked at. */
  let receivedBytes = 0

  const refuse = (reason: StorgoError) => {
    onOffence(offenceOf(reason))
    refuseCarrier(socket, reason)
  }

  async function answerFrame({ id, protocol, message, bulk }: CarrierFrame): Promise<void> {
    const gone = new AbortController()
    running.set(id, gone)
    try {
      const reply = await answer(protocol, { message, bulk }, gone.signal)
      const start = encodeFrameStart({ kind: 'reply', id }, reply)
      await writer.write(start, reply.bulk, { signal: gone.signal, cut: false })
    } catch {
      // Nobody waits for the reply any more: the peer gave up, or the connection has closed.
    } finally {
      running.delete(id)
    }
  }

  function take(frame: CarrierFrame): void {
    endFrame()
    if (frame.kind === 'cancel') {
      running.get(frame.id)?.abort(new Error('The peer gave up.'))
      return
    }
    if (frame.kind !== 'request' || running.has(frame.id)) {
      throw new StorgoError('REQUEST_INVALID', 'A frame is out of place.', { id: frame.id })
    }
    if (running.size >= MAX_UNANSWERED) {
      throw new StorgoError('PROVIDER_BUSY', 'Too many requests of one peer at once.', { most: MAX_UNANSWERED })
    }
    void answerFrame(frame)
  }

  /** What comes after a whole frame belongs to the next, which has its own time. */
  function endFrame(): void {
    clearTimeout(timer)
    timer = undefined
    receivedBytes = 0
  }

  const onData = (bytes: Uint8Array) => {
    try {
      decoder.push(bytes)
      receivedBytes += bytes.length
      if (decoder.isInFrame) timer ??= setTimeout(look, frameTimeoutMs)
    } catch (error) {
      refuse(isStorgoError(error) ? error : new StorgoError('INTERNAL', 'The frame could not be taken.'))
    }
  }
  // A frame has a bound, so one that keeps coming at that rate ends.
  const look = () => {
    const isComing = receivedBytes >= frameTimeoutMs * LEAST_BYTES_PER_MS
    receivedBytes = 0
    if (isComing) timer = setTimeout(look, frameTimeoutMs)
    else refuse(new StorgoError('TIMED_OUT', `A frame took longer than ${frameTimeoutMs} ms.`))
  }

  socket.on('data', onData)
  socket.on('error', () => {})
  socket.once('close', () => {
    clearTimeout(timer)
    for (const gone of running.values()) gone.abort(new Error('The connection has closed.'))
  })
  socket.write(connectionFrame(encodeReply(new Uint8Array(0))))
}

function offenceOf(reason: StorgoError): Offence {
  if (isStorgoError(reason, 'MESSAGE_TOO_LARGE')) return 'frame-giant'
  if (isStorgoError(reason, 'TIMED_OUT')) return 'request-slow'
  return isStorgoError(reason, 'PROVIDER_BUSY') ? 'request-flood' : 'frame-malformed'
}
