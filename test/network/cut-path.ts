import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Where the far ends listen, and where the path takes connections to them, at the same port. */
export const FAR = '127.0.0.1'
export const NEAR = '127.0.0.2'

const UDP_BUFFER_BYTES = 4 << 20

type Direction = 'there' | 'back'

/**
 * A way from `NEAR` to `FAR` through this process that may be cut: then nothing passes, neither bytes nor that a connection has
 * ended. Of TCP nothing is lost by that, as the systems at both ends would send it again; datagrams are.
 */
export class CutPath implements Disposable {
  /** Bytes that have passed: `there` towards `FAR`. */
  readonly passed: Record<Direction, number> = { there: 0, back: 0 }
  readonly #closing: (() => void)[] = []
  readonly #sockets = new Set<Socket>()
  readonly #awaited = new Set<{ direction: Direction; bytes: number; resolve: () => void }>()
  #healed: PromiseWithResolvers<void> | undefined

  get isCut(): boolean {
    return this.#healed !== undefined
  }

  cut(): void {
    this.#healed ??= Promise.withResolvers()
    for (const socket of this.#sockets) socket.pause()
  }

  heal(): void {
    this.#healed?.resolve()
    this.#healed = undefined
    for (const socket of this.#sockets) socket.resume()
  }

  /** Resolves once so many more bytes have passed in that direction. */
  more(direction: Direction, bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#awaited.add({ direction, bytes: this.passed[direction] + bytes, resolve })
    return promise
  }

  async openTcp(port: number): Promise<void> {
    const server: Server = createServer({ pauseOnConnect: true }, (near) => {
      const far = connect(port, FAR)
      this.#join(near, far, 'there')
      this.#join(far, near, 'back')
    })
    server.listen(port, NEAR)
    await once(server, 'listening')
    this.#closing.push(() => server.close())
  }

  async openUdp(port: number): Promise<void> {
    const near = createSocket({ type: 'udp4', recvBufferSize: UDP_BUFFER_BYTES, sendBufferSize: UDP_BUFFER_BYTES })
    const far = new Map<number, UdpSocket>()
    near.on('message', (datagram, from) => {
      if (this.#pass('there', datagram.length)) this.#farOf(near, far, from).send(datagram, port, FAR)
    })
    near.bind(port, NEAR)
    await once(near, 'listening')
    this.#closing.push(() => {
      near.close()
      for (const socket of far.values()) socket.close()
    })
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    for (const close of this.#closing) close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      this.#pass(direction, bytes.length)
      if (to.write(bytes)) return
      from.pause()
      to.once('drain', () => this.isCut || from.resume())
    })
    from.on('error', () => {})
    from.once('end', async () => {
      await this.#healed?.promise
      to.end()
    })
    from.once('close', async () => {
      this.#sockets.delete(from)
      await this.#healed?.promise
      to.destroySoon()
    })
    if (this.isCut) from.pause()
    else from.resume()
  }

  /** A socket of its own for each near end, so that answers find back. */
  #farOf(near: UdpSocket, far: Map<number, UdpSocket>, { port, address }: RemoteInfo): UdpSocket {
    const known = far.get(port)
    if (known) return known
    const socket = createSocket({ type: 'udp4', recvBufferSize: UDP_BUFFER_BYTES, sendBufferSize: UDP_BUFFER_BYTES })
    socket.on('message', (datagram) => {
      if (this.#pass('back', datagram.length)) near.send(datagram, port, address)
    })
    far.set(port, socket)
    return socket
  }

  /** Counts bytes on their way. @returns whether they get through. */
  #pass(direction: Direction, bytes: number): boolean {
    if (this.isCut) return false
    this.passed[direction] += bytes
    for (const awaited of this.#awaited) {
      if (awaited.direction !== direction || this.passed[direction] < awaited.bytes) continue
      this.#awaited.delete(awaited)
      awaited.resolve()
    }
    return true
  }
}
