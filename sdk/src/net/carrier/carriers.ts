import type { Connection, PeerId } from '@libp2p/interface'
import type { Carrier, CarrierAddress } from './carrier.ts'
import { carrierAddressOf } from './carrier-address.ts'
import type { CarrierListener, ListenCarrierOptions } from './listen-carrier.ts'

/**
 * Bulk bytes to or from a peer before a native carrier to it is worth its handshake, which costs as much CPU as these bytes
 * cost more on a stream.
 */
const WORTH_BYTES = 1 << 20
const DIAL_TIMEOUT_MS = 3_000
/** How long streams are used after a carrier could not be made, or broke off before it had carried anything. */
const PAUSE_MS = 60_000

type State = { carrier?: Carrier; opening?: Promise<Carrier | undefined>; bytes: number; notBeforeMs: number }

/** `onBytes` is told of bytes that have come on the carrier, as they come. */
type DialOptions = { signal: AbortSignal; onBytes: (bytes: number) => void }

/** What native carriers are made of, where there are sockets. */
export type CarrierSockets = {
  dial: (peer: PeerId, at: CarrierAddress, options: DialOptions) => Promise<Carrier>
  listen: (options: Omit<ListenCarrierOptions, 'identity'>) => Promise<CarrierListener>
}

type Dial = CarrierSockets['dial']

/** The native carriers that go with the connections of libp2p, at most one each; closed when that connection closes. */
export class Carriers {
  readonly #states = new WeakMap<Connection, State>()
  readonly #dial: Dial | undefined
  readonly #onBytes: (peer: PeerId, bytes: number) => void
  readonly #nowMs: () => number

  /**
   * @param dial not given where there are no sockets, as in browsers.
   * @param options.onBytes told of bytes that have come on a carrier, as they come.
   * @param options.nowMs counts from any moment on and never goes back.
   */
  constructor(
    dial: Dial | undefined,
    {
      onBytes = () => {},
      nowMs = () => performance.now(),
    }: { onBytes?: (peer: PeerId, bytes: number) => void; nowMs?: () => number } = {},
  ) {
    this.#dial = dial
    this.#onBytes = onBytes
    this.#nowMs = nowMs
  }

  /** The carrier to use instead of the connection's streams, if there is one now. */
  of(connection: Connection): Carrier | undefined {
    return this.#states.get(connection)?.carrier
  }

  /** Counts bulk bytes that went over the connection, or its carrier; once there are enough a carrier is made. */
  count(connection: Connection, bytes: number, port: number): void {
    const state = this.#stateOf(connection)
    state.bytes += bytes
    if (state.bytes >= WORTH_BYTES) void this.open(connection, port)
  }

  /** Makes a carrier unless there is one, or one has failed a while ago; `undefined` if there is none in the end. */
  open(connection: Connection, port: number): Promise<Carrier | undefined> {
    const state = this.#stateOf(connection)
    const at = carrierAddressOf(connection, port)
    if (state.carrier || !this.#dial || !at || this.#nowMs() < state.notBeforeMs) return Promise.resolve(state.carrier)
    state.opening ??= this.#make(this.#dial, connection, at, state).finally(() => delete state.opening)
    return state.opening
  }

  async #make(dial: Dial, connection: Connection, at: CarrierAddress, state: State): Promise<Carrier | undefined> {
    try {
      const { remotePeer } = connection
      const onBytes = (bytes: number) => this.#onBytes(remotePeer, bytes)
      const carrier = await dial(remotePeer, at, { signal: AbortSignal.timeout(DIAL_TIMEOUT_MS), onBytes })
      const close = () => carrier.close()
      if (connection.status !== 'open') close()
      connection.addEventListener('close', close, { once: true })
      state.carrier = carrier
      void carrier.closed.then(() => {
        connection.removeEventListener('close', close)
        delete state.carrier
        if (!carrier.hasCarried) state.notBeforeMs = this.#nowMs() + PAUSE_MS
      })
      return carrier
    } catch {
      state.notBeforeMs = this.#nowMs() + PAUSE_MS
      return undefined
    }
  }

  #stateOf(connection: Connection): State {
    const state = this.#states.get(connection) ?? { bytes: 0, notBeforeMs: Number.NEGATIVE_INFINITY }
    this.#states.set(connection, state)
    return state
  }
}
