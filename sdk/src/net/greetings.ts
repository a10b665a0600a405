import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { Address } from 'viem'
import type { Greeting } from './hello.ts'

/** `isProvider`: the account is a registered provider and the connection's peer id is of the same key. */
export type Greeted = Greeting & { account: Address; isProvider: boolean }

/** Which connections have completed hello, and with whom. Forgets a connection with the connection. */
export class Greetings {
  readonly #greeted = new WeakMap<Connection, Greeted>()
  readonly #awaited = new WeakMap<Connection, PromiseWithResolvers<Greeted>>()

  of(connection: Connection): Greeted | undefined {
    return this.#greeted.get(connection)
  }

  /** As whom a peer has said hello on a connection that is still open. */
  ofPeer(libp2p: Pick<Libp2p, 'getConnections'>, peer: PeerId): Greeted | undefined {
    for (const connection of libp2p.getConnections(peer)) {
      const greeted = connection.status === 'open' ? this.of(connection) : undefined
      if (greeted) return greeted
    }
    return undefined
  }

  set(connection: Connection, greeted: Greeted): void {
    this.#greeted.set(connection, greeted)
    this.#awaited.get(connection)?.resolve(greeted)
  }

  /** Resolves once `connection` has completed hello; waits for as long as nobody does. */
  async until(connection: Connection): Promise<Greeted> {
    const greeted = this.#greeted.get(connection)
    if (greeted) return greeted
    const awaited = this.#awaited.get(connection) ?? Promise.withResolvers<Greeted>()
    this.#awaited.set(connection, awaited)
    return awaited.promise
  }
}
