import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { generateCertificate, verifyPeerCertificate } from '@libp2p/tls/utils'
import { StorgoError } from '@storgo/protocol'

export const CARRIER_ALPN = 'storgo/1'

/** What both sides ask of TLS, and show of themselves. */
export type TlsIdentity = SecureContextOptions & { ALPNProtocols: string[]; rejectUnauthorized: false }

/** A self-signed certificate with the peer's key in it, as in the libp2p TLS specification; good for every connection. */
export async function tlsIdentityOf(privateKey: PrivateKey): Promise<TlsIdentity> {
  return {
    ...(await generateCertificate(privateKey)),
    minVersion: 'TLSv1.3',
    // The shorter key first: it is the faster one, and as safe as anything else here.
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384',
    ALPNProtocols: [CARRIER_ALPN],
    // No authority signs these certificates: `verifiedPeer` looks at what is in them.
    rejectUnauthorized: false,
  }
}

/**
 * Who is at the other end of a completed handshake.
 *
 * @throws {StorgoError} `HELLO_REFUSED` if there is no certificate, one that proves no peer id, or that of a peer other than
 * `expected`.
 */
export async function verifiedPeer(socket: TLSSocket, expected?: PeerId): Promise<PeerId> {
  const certificate = socket.getPeerX509Certificate()?.raw
  if (!certificate) throw new StorgoError('HELLO_REFUSED', 'The peer shows no certificate.')
  try {
    return await verifyPeerCertificate(certificate, expected)
  } catch (cause) {
    const details = expected ? { expected: expected.toString() } : {}
    throw new StorgoError('HELLO_REFUSED', 'The certificate does not prove who the peer is.', details, { cause })
  }
}
