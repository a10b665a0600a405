import type { Socket } from 'node:net'

/** Frames handed to the socket and not yet sent. Of two, TLS would copy the second to join it with what comes after. */
const MAX_UNSENT_FRAMES = 1

type WriteOptions = {
  signal: AbortSignal
  /** Cut the connection if `signal` aborts while the frame is being sent; otherwise it is sent all the same. */
  cut: boolean
}

/**
 * Writes whole frames to a socket, in order, and keeps few of them waiting inside it: what a peer does not take stays with
 * those who want to send it.
 */
export class FrameWriter {
  readonly #socket: Socket
  readonly #sendTimeoutMs: number
  readonly #waiting: (() => void)[] = []
  #unsent = 0

  /** @param options.sendTimeoutMs how long a peer may take to receive one frame before the connection is cut. */
  constructor(socket: Socket, { sendTimeoutMs }: { sendTimeoutMs: number }) {
    this.#socket = socket
    this.#sendTimeoutMs = sendTimeoutMs
  }

  /**
   * Resolves once the socket has sent the frame; `bulk` is not copied and must not change before. A frame that has not begun
   * when `signal` aborts is left out. Rejects with the signal's reason, or with the socket's error.
   */
  async write(start: Uint8Array, bulk: Uint8Array, { signal, cut }: WriteOptions): Promise<void> {
    signal.throwIfAborted()
    if (this.#unsent >= MAX_UNSENT_FRAMES) await this.#turn(signal)
    else this.#unsent++
    const onAbort = () => cut && this.#socket.destroy()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      signal.throwIfAborted()
      await this.#send(start, bulk)
    } finally {
      signal.removeEventListener('abort', onAbort)
      // One that waits takes over the place, so `#unsent` stays as it is.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#unsent--
    }
  }

  #send(start: Uint8Array, bulk: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(
      () => this.#socket.destroy(new Error('A frame was not taken in time.')),
      this.#sendTimeoutMs,
    )
    const onSent = (error?: Error | null) => {
      clearTimeout(timer)
      if (error) reject(error)
      else resolve()
    }
    // Not corked: TLS would copy both into one buffer.
    if (bulk.length === 0) this.#socket.write(start, onSent)
    else {
      this.#socket.write(start)
      this.#socket.write(bulk, onSent)
    }
    return promise
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => {
      const at = this.#waiting.indexOf(resolve)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      reject(signal.reason)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => signal.removeEventListener('abort', onAbort))
  }
}
