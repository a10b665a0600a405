import { once } from 'node:events'
import { connect } from 'node:tls'
import type { PeerId } from '@libp2p/interface'
import { StorgoError } from '@storgo/protocol'
import type { CarrierAddress } from './carrier.ts'
import { NativeCarrier } from './native-carrier.ts'
import { CARRIER_ALPN, type TlsIdentity, verifiedPeer } from './tls-identity.ts'

const KEEP_ALIVE_MS = 30_000
/** A TLS record has 16 KiB at most. */
const RECEIVE_BYTES = 1 << 15

export type DialCarrierOptions = {
  identity: TlsIdentity
  at: CarrierAddress
  peer: PeerId
  signal: AbortSignal
  /** Told of bytes as they come. */
  onBytes?: (bytes: number) => void
}

/**
 * Connects to where a peer takes native carriers, makes sure that it is that peer, and waits until it agrees.
 *
 * @throws {StorgoError} `HELLO_REFUSED` if another peer answers; what the peer refuses with. Rejects with the socket's error,
 * and with the signal's reason when that aborts.
 */
export async function dialCarrier({ identity, at, peer, signal, onBytes }: DialCarrierOptions): Promise<NativeCarrier> {
  // Every byte is read into this buffer: a new one for each TLS record would double the CPU time of receiving.
  const received = Buffer.allocUnsafeSlow(RECEIVE_BYTES)
  const onread = {
    buffer: received,
    callback: (length: number) => {
      onBytes?.(length)
      carrier.receive(received.subarray(0, length))
      return true
    },
  }
  const socket = connect(Object.assign({ onread, servername: '' }, identity, at))
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
  const carrier = new NativeCarrier(socket)
  const onAbort = () => socket.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await once(socket, 'secureConnect', { signal })
    if (socket.alpnProtocol !== CARRIER_ALPN) {
      throw new StorgoError('VERSION_UNSUPPORTED', 'The peer speaks another carrier protocol.')
    }
    await verifiedPeer(socket, peer)
    await carrier.welcomed
    return carrier
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
