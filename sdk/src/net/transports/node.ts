import { tcp } from '@libp2p/tcp'

/** The transports of a process that can open sockets. */
export const transports = [tcp()]
