import type { Socket } from 'node:net'
import { MAX_BULK_BYTES } from '@storgo/protocol'
import { collector } from '../collector.ts'

export type Operation = 'get' | 'put'

const CODES = { get: 1, put: 2 } as const
const ACK = Uint8Array.of(0)

/**
 * The least that a request of 1 MiB takes on a bare socket: one byte says which way the bulk goes; the bulk, or one byte,
 * comes back. Requests are answered in order. Both sides put the bulk together in a buffer of its own, as every user needs it.
 */
export class SocketExchange {
  readonly #socket: Socket
  readonly #waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    const expected: number[] = []
    const collect = collector(
      () => expected[0] ?? 0,
      () => {
        expected.shift()
        this.#waiting.shift()?.()
      },
    )
    socket.on('data', collect)
    this.ask = (operation, bulk) => {
      expected.push(operation === 'get' ? MAX_BULK_BYTES : ACK.length)
      this.#socket.write(Uint8Array.of(CODES[operation]))
      if (operation === 'put') this.#socket.write(bulk)
      return new Promise((resolve) => this.#waiting.push(resolve))
    }
  }

  readonly ask: (operation: Operation, bulk: Uint8Array) => Promise<void>
}

/** The other side of {@link SocketExchange}. */
export function answerOn(socket: Socket, bulk: Uint8Array): void {
  let isPut = false
  const collect = collector(
    () => (isPut ? MAX_BULK_BYTES : 1),
    (bytes) => {
      if (isPut) {
        isPut = false
        socket.write(ACK)
      } else if (bytes[0] === CODES.put) isPut = true
      else socket.write(bulk)
    },
  )
  socket.on('data', collect)
  socket.on('error', () => socket.destroy())
}
