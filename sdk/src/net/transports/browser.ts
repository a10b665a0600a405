import { webSockets } from '@libp2p/websockets'
import type { Transports } from './transports.ts'

/** The transports of a page: it only dials. */
export async function transportsFor(_listen: readonly string[]): Promise<Transports> {
  return [webSockets()]
}
