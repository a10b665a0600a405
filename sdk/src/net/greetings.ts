import type { Connection } from '@libp2p/interface'
import type { Address } from 'viem'
import type { Greeting } from './hello.ts'

/** `isProvider`: the account is a registered provider and the connection's peer id is of the same key. */
export type Greeted = Greeting & { account: Address; isProvider: boolean }

/** Which connections have completed hello, and with whom. Forgets a connection with the connection. */
export class Greetings {
  readonly #greeted = new WeakMap<Connection, Greeted>()

  of(connection: Connection): Greeted | undefined {
    return this.#greeted.get(connection)
  }

  set(connection: Connection, greeted: Greeted): void {
    this.#greeted.set(connection, greeted)
  }
}
