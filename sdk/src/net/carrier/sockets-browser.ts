import type { PrivateKey } from '@libp2p/interface'
import type { CarrierSockets } from './carriers.ts'

/** A page has no sockets. */
export function carrierSockets(_privateKey: PrivateKey): CarrierSockets | undefined {
  return undefined
}
