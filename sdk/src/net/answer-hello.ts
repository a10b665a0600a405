import type { Connection } from '@libp2p/interface'
import { decodeHello, encodeHello, HELLO_PROTOCOL, isStorgoError, StorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import { answering } from './answering.ts'
import type { Peer } from './create-peer.ts'
import { checkHello, type Greeting, signedHello } from './hello.ts'
import { operatorOf } from './peer-id.ts'
import { SaidHellos } from './said-hellos.ts'
import { serveStreams } from './serve-streams.ts'

export type AnswerHelloOptions = {
  /** Whether a registered provider has that operator; asked only about accounts that are the key of their peer id. */
  isProvider: (account: Address, options: { signal: AbortSignal }) => Promise<boolean>
  /** An inbound connection that has not completed hello after this long is closed. Default 5 s. */
  timeoutMs?: number
  /** Hellos checked at a time. Default 64. */
  maxConcurrent?: number
}

/** Answers hello on connections that others open, and closes those that do not say it in time. */
export async function answerHello(
  peer: Peer,
  { isProvider, timeoutMs = 5_000, maxConcurrent = 64 }: AnswerHelloOptions,
): Promise<void> {
  const { libp2p, identity, greetings } = peer
  const said = new SaidHellos()

  const limits = { maxConcurrent, timeoutMs }
  const answer = answering<Connection>(peer, HELLO_PROTOCOL, limits, async (request, connection, signal) => {
    const { message } = await request()
    const { remotePeer } = connection
    const nowSeconds = Math.floor(Date.now() / 1000)
    const hello = decodeHello(message)
    const greeting = checked(peer, connection, () =>
      checkHello(hello, identity, { from: remotePeer, to: libp2p.peerId, nowSeconds }),
    )
    if (!said.add(hello.signature, nowSeconds)) {
      peer.guard?.offended(remotePeer, 'hello-replayed')
      throw new StorgoError('HELLO_REFUSED', 'This hello was said before.', { account: hello.account })
    }
    const operator = operatorOf(remotePeer)
    const ownKey = operator !== undefined && isAddressEqual(operator, greeting.account)
    greetings.set(connection, { ...greeting, isProvider: ownKey && (await isProvider(greeting.account, { signal })) })
    const ours = await signedHello(identity, { from: libp2p.peerId, to: remotePeer, nowSeconds })
    return { body: encodeHello({ ...ours, ...peer.carrierPort() }) }
  })
  await serveStreams(peer, HELLO_PROTOCOL, answer)

  libp2p.addEventListener('connection:open', ({ detail: connection }) => {
    if (connection.direction === 'inbound') closeUnlessGreeted(peer, connection, timeoutMs)
  })
}

/** A hello of another time may be an honest peer's whose clock is wrong; one with a false signature is not. */
function checked(peer: Peer, { remotePeer }: Connection, check: () => Greeting): Greeting {
  try {
    return check()
  } catch (error) {
    const isForged = isStorgoError(error, 'HELLO_REFUSED') && error.details['skewSeconds'] === undefined
    if (isForged) peer.guard?.offended(remotePeer, 'hello-forged')
    throw error
  }
}

function closeUnlessGreeted({ greetings, guard }: Peer, connection: Connection, timeoutMs: number): void {
  const timer = setTimeout(() => {
    if (greetings.of(connection)) return
    guard?.offended(connection.remotePeer, 'hello-missing')
    connection.abort(new Error('No hello within the deadline.'))
  }, timeoutMs)
  connection.addEventListener('close', () => clearTimeout(timer), { once: true })
}
