import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ErasureCode, equalBytes, SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import { readLocalFile } from '../../cli/src/transfer/read-local-file.ts'
import { CARRIER_ALPN } from '../../sdk/src/net/carrier/tls-identity.ts'
import { collector } from '../collector.ts'
import { type OPERATIONS, writeHead } from './by-hand-frames.ts'

const K = 4
const M = 2
/** Stripes on their way at a time: as many bytes as Storgo has. */
const AHEAD = 2

/** A connection to a receiver, whose answers come in the order of the questions. */
class Line {
  readonly #socket: Socket
  readonly #waiting: { bytes: number; resolve: (reply: Uint8Array) => void }[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    const next = () => this.#waiting[0]?.bytes ?? 0
    socket.on(
      'data',
      collector(next, (reply) => this.#waiting.shift()?.resolve(reply)),
    )
  }

  ask(operation: keyof typeof OPERATIONS, sector: number, replyBytes: number, bytes?: Uint8Array): Promise<Uint8Array> {
    this.#socket.write(writeHead(operation, sector))
    if (bytes) this.#socket.write(bytes)
    return new Promise((resolve) => this.#waiting.push({ bytes: replyBytes, resolve }))
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

/**
 * Storing and reading by hand: stripes of four sectors and two of parity to six receivers over TLS, with the root of every sector
 * computed here and there. Without names, encryption of what is stored, states or failures. With one receiver the bytes go as they are.
 */
export class ByHand implements Disposable {
  readonly #lines: readonly Line[]
  readonly #code = ErasureCode.create(K, M)

  private constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  static async connect(ports: readonly number[], tls: boolean): Promise<ByHand> {
    const opened = ports.map(async (port) => {
      const at = { host: '127.0.0.1', port }
      const secured = { ...at, rejectUnauthorized: false, ALPNProtocols: [CARRIER_ALPN] }
      const socket = tls ? connectTls(secured) : connect(at)
      await once(socket, tls ? 'secureConnect' : 'connect')
      return new Line(socket.setNoDelay(true))
    })
    return new ByHand(await Promise.all(opened))
  }

  async put(path: string, bytes: number): Promise<void> {
    const running: Promise<unknown>[] = []
    const send = async (stripe: number, data: Uint8Array) => {
      running.push(this.#isRaw ? this.#putRaw(stripe, data) : this.#putStripe(stripe, data))
      if (running.length >= AHEAD) await running.shift()
    }
    let [stripe, filled] = [0, 0]
    let data = new Uint8Array(K * SECTOR_BYTES)
    for await (const part of readLocalFile(path, bytes)) {
      data.set(part, filled)
      filled += part.length
      if (filled < data.length) continue
      await send(stripe++, data)
      data = new Uint8Array(K * SECTOR_BYTES)
      filled = 0
    }
    await Promise.all(running)
    await Promise.all(this.#lines.map((line) => line.ask('sync', 0, 1)))
  }

  async get(bytes: number): Promise<void> {
    const running: Promise<unknown>[] = []
    for (let stripe = 0; stripe * K * SECTOR_BYTES < bytes; stripe++) {
      running.push(this.#getStripe(stripe))
      if (running.length >= AHEAD) await running.shift()
    }
    await Promise.all(running)
  }

  [Symbol.dispose](): void {
    for (const line of this.#lines) line[Symbol.dispose]()
  }

  get #isRaw(): boolean {
    return this.#lines.length === 1
  }

  async #putRaw(stripe: number, data: Uint8Array): Promise<void> {
    const [line] = this.#lines
    await Promise.all(sectorsOf(data).map((sector, i) => line?.ask('put', stripe * K + i, 1, sector)))
  }

  async #putStripe(stripe: number, data: Uint8Array): Promise<void> {
    const own = sectorsOf(data)
    const sectors = [...own, ...this.#code.encode(own)]
    const roots = sectors.map((sector) => sectorRoot(sector))
    const replies = await Promise.all(sectors.map((sector, i) => this.#lines[i]?.ask('put', stripe, 32, sector)))
    for (const [i, root] of roots.entries()) {
      if (!equalBytes(root, replies[i] ?? root.subarray(1))) throw new Error('a receiver has other bytes')
    }
  }

  async #getStripe(stripe: number): Promise<void> {
    const wanted = this.#isRaw
      ? Array.from({ length: K }, (_, i) => this.#lines[0]?.ask('get', stripe * K + i, SECTOR_BYTES))
      : this.#lines.slice(0, K).map((line) => line.ask('get', stripe, SECTOR_BYTES))
    for (const sector of await Promise.all(wanted)) if (!this.#isRaw && sector) sectorRoot(sector)
  }
}

function sectorsOf(stripe: Uint8Array): Uint8Array[] {
  return Array.from({ length: K }, (_, i) => stripe.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
}
