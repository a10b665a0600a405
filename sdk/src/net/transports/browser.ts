import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import type { Encrypters, Transports } from './transports.ts'

/** The transports of a page: it only dials. */
export async function transportsFor(_listen: readonly string[]): Promise<Transports> {
  return [webSockets()]
}

/** A page has no TLS but that of its own WebSockets. */
export const encrypters = (): Encrypters => [noise()]
