import type { Socket } from 'node:net'
import { decodeReply } from '@storgo/protocol'
import type { Frames } from '../frame-decoder.ts'
import { checkFrameSizes } from '../frames.ts'
import { type Carrier, CarrierLost } from './carrier.ts'
import { type CarrierFrame, CarrierFrameDecoder, encodeFrameStart } from './carrier-frames.ts'
import { FrameWriter } from './frame-writer.ts'

type Waiting = { resolve: (reply: Frames) => void; reject: (error: Error) => void }

const MAX_ID = 2 ** 32 - 1
/** Longer than any request waits: each has its own deadline. */
const SEND_TIMEOUT_MS = 60_000

/** The asking side of a native carrier; nothing may be asked before the peer at the other end has been verified. */
export class NativeCarrier implements Carrier {
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #writer: FrameWriter
  readonly #decoder: CarrierFrameDecoder
  readonly #waiting = new Map<number, Waiting>()
  readonly #welcomed = Promise.withResolvers<void>()
  #lastId = 0
  #hasCarried = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#writer = new FrameWriter(socket, { sendTimeoutMs: SEND_TIMEOUT_MS })
    this.#decoder = new CarrierFrameDecoder(
      (frame) => this.#take(frame),
      // Replies that nobody waits for any more get no room.
      ({ kind, id }) => kind === 'reply' && (id === 0 || this.#waiting.has(id)),
    )
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    let failure: Error | undefined
    socket.on('error', (error) => {
      failure = error
    })
    socket.once('close', () => {
      this.#fail(new CarrierLost('The carrier broke off.', { cause: failure }))
      resolve()
    })
    // Nobody need wait for the welcome.
    this.#welcomed.promise.catch(() => {})
  }

  /** Takes bytes that the socket has received, which may be overwritten afterwards. */
  receive(bytes: Uint8Array): void {
    try {
      this.#decoder.push(bytes)
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : undefined)
    }
  }

  /** Resolves once the peer has said that it takes requests here; rejects with its reason if it does not. */
  get welcomed(): Promise<void> {
    return this.#welcomed.promise
  }

  get hasCarried(): boolean {
    return this.#hasCarried
  }

  async exchange(protocol: string, request: Frames, signal: AbortSignal) {
    checkFrameSizes(request)
    signal.throwIfAborted()
    const id = this.#nextId()
    const start = encodeFrameStart({ kind: 'request', id }, { protocol, ...request })
    const { promise, resolve, reject } = Promise.withResolvers<Frames>()
    this.#waiting.set(id, { resolve, reject })
    const sent = { whole: false }
    const onAbort = () => {
      reject(signal.reason)
      if (sent.whole) this.#socket.write(encodeFrameStart({ kind: 'cancel', id }, {}))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    this.#writer.write(start, request.bulk, { signal, cut: true }).then(
      () => {
        sent.whole = true
      },
      (cause) => reject(signal.aborted ? signal.reason : new CarrierLost('The request was not sent.', { cause })),
    )
    try {
      const { message, bulk } = await promise
      this.#hasCarried = true
      return { body: decodeReply(message), bulk }
    } finally {
      this.#waiting.delete(id)
      signal.removeEventListener('abort', onAbort)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === MAX_ID ? 1 : this.#lastId + 1
    while (this.#waiting.has(this.#lastId))
    return this.#lastId
  }

  #take({ id, message, bulk }: CarrierFrame): void {
    if (id !== 0) {
      this.#waiting.get(id)?.resolve({ message, bulk })
      return
    }
    try {
      decodeReply(message)
      this.#welcomed.resolve()
    } catch (error) {
      // The peer says why it takes nothing here, or nothing more, and hangs up.
      this.#welcomed.reject(error)
      this.#socket.destroy()
    }
  }

  #fail(error: Error): void {
    this.#welcomed.reject(error)
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}
