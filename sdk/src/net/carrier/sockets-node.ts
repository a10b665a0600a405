import type { PrivateKey } from '@libp2p/interface'
import type { CarrierSockets } from './carriers.ts'
import { dialCarrier } from './dial-carrier.ts'
import { listenCarrier } from './listen-carrier.ts'
import { type TlsIdentity, tlsIdentityOf } from './tls-identity.ts'

/** Native carriers by sockets of this process. The certificate is made when the first carrier is. */
export function carrierSockets(privateKey: PrivateKey): CarrierSockets {
  let made: Promise<TlsIdentity> | undefined
  const identity = () => {
    made ??= tlsIdentityOf(privateKey)
    return made
  }
  return {
    dial: async (peer, at, options) => dialCarrier({ ...options, identity: await identity(), at, peer }),
    listen: async (options) => listenCarrier({ ...options, identity: await identity() }),
  }
}
