import type { Connection } from '@libp2p/interface'
import { decodeHello, encodeHello, HELLO_PROTOCOL, StorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { Peer } from './create-peer.ts'
import { exchange } from './exchange.ts'
import type { Greeted } from './greetings.ts'
import { checkHello, signedHello } from './hello.ts'

/**
 * Says hello on a connection and checks the answer: the account must be `operator`, whose key the transport has already
 * seen as the peer id's.
 *
 * @throws {StorgoError} `WRONG_CHAIN`, `VERSION_UNSUPPORTED`, `HELLO_REFUSED` from either side; what `exchange` throws.
 */
export async function sayHello(
  { libp2p, identity, greetings, helloTimes, carrierPort }: Peer,
  connection: Connection,
  { operator, signal }: { operator: Address; signal: AbortSignal },
): Promise<Greeted> {
  const { remotePeer } = connection
  const nowSeconds = Math.floor(Date.now() / 1000)
  const issuedAt = helloTimes.next(remotePeer, nowSeconds)
  const ours = await signedHello(identity, { from: libp2p.peerId, to: remotePeer, nowSeconds: issuedAt })
  const request = { message: encodeHello({ ...ours, ...carrierPort() }), bulk: new Uint8Array(0) }
  const { body } = await exchange(connection, HELLO_PROTOCOL, request, { signal })
  const greeting = checkHello(decodeHello(body), identity, { from: remotePeer, to: libp2p.peerId, nowSeconds })
  if (!isAddressEqual(greeting.account, operator)) {
    const details = { expected: operator, account: greeting.account }
    throw new StorgoError('HELLO_REFUSED', 'The peer answers for another account.', details)
  }
  const greeted = { ...greeting, isProvider: true }
  greetings.set(connection, greeted)
  return greeted
}
