import type { Connection } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Address } from 'viem'
import type { Peer } from '../net/create-peer.ts'
import { withDeadline } from '../net/deadline.ts'
import { operatorOf } from '../net/peer-id.ts'
import { sayHello } from '../net/say-hello.ts'

const HELLO_TIMEOUT_MS = 5_000

type IsProvider = (operator: Address) => Promise<boolean>

/** Says hello on connections that the DHT opens, and closes those that lead to nobody registered. */
export function greetConnections(peer: Peer, isProvider: IsProvider): void {
  peer.libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    if (connection.direction === 'inbound' || peer.greetings.of(connection)) return
    greet(peer, connection, isProvider).catch((error: unknown) => {
      if (connection.status === 'open') connection.abort(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

async function greet(peer: Peer, connection: Connection, isProvider: IsProvider): Promise<void> {
  const { remotePeer } = connection
  // Whoever dialled by itself says hello by itself; but if two connections came about, only on one of them.
  await peer.connecting.get(remotePeer.toString())?.catch(() => {})
  if (peer.greetings.of(connection) || connection.status !== 'open') return
  const operator = operatorOf(remotePeer)
  if (operator === undefined || !(await isProvider(operator))) throw new Error('The peer is no registered provider.')
  const details = { operator, peer: remotePeer.toString() }
  await withDeadline({ ms: HELLO_TIMEOUT_MS, what: 'Hello', details }, (signal) =>
    sayHello(peer, connection, { operator, signal }),
  )
}

/**
 * Resolves once hello is done on a connection. Rejects with the signal's reason when it aborts before.
 *
 * @throws {StorgoError} `TIMED_OUT`.
 */
export async function untilGreeted({ greetings }: Peer, connection: Connection, signal?: AbortSignal): Promise<void> {
  const details = { peer: connection.remotePeer.toString() }
  await withDeadline({ ms: HELLO_TIMEOUT_MS, what: 'Hello', details, signal }, () => greetings.until(connection))
}

/**
 * The parts of libp2p by which a service answers and asks others, so that no message of its own passes before hello, either
 * way. (`libp2p.use` is of no use for that: in 3.3 it adds every stream's handler to those of all later ones.)
 */
export function afterHello(
  { registrar, connectionManager }: { registrar: Registrar; connectionManager: ConnectionManager },
  greeted: (connection: Connection, signal?: AbortSignal) => Promise<void>,
): { registrar: Registrar; connectionManager: ConnectionManager } {
  const handle: Registrar['handle'] = (protocol, handler, options) =>
    registrar.handle(
      protocol,
      async (stream, connection) => {
        await greeted(connection)
        await handler(stream, connection)
      },
      options,
    )
  const openStream: ConnectionManager['openStream'] = async (to, protocols, options) => {
    const connection = await connectionManager.openConnection(to, options)
    await greeted(connection, options?.signal)
    return connection.newStream(protocols, options)
  }
  return {
    registrar: withMethod(registrar, 'handle', handle),
    connectionManager: withMethod(connectionManager, 'openStream', openStream),
  }
}

/** `target` with one of its methods replaced. */
function withMethod<T extends object, Name extends keyof T>(target: T, name: Name, method: T[Name]): T {
  return new Proxy(target, {
    get(_, asked) {
      if (asked === name) return method
      const value: unknown = Reflect.get(target, asked)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
