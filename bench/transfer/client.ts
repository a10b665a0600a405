import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { MAX_BULK_BYTES } from '@storgo/protocol'
import { createPeer, peerAddressOf, request } from '@storgo/sdk'
import { type Hex, hexToBytes } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { type Operation, SocketExchange } from './socket-exchange.ts'
import { DOMAIN, GET, PUT, type Way } from './ways.ts'

/** Where the answering process is reached. */
export type At = { port: number } | ProviderAt
/** A provider's uncompressed public key, and its addresses as hex. */
export type ProviderAt = { publicKey: Hex; addresses: Hex[] }
/** Asks for, or sends, 1 MiB. */
export type Ask = (operation: Operation) => Promise<void>

const BULK = randomBytes(MAX_BULK_BYTES)
const NOTHING = new Uint8Array(0)

/** Connects in that way, and warms it up until it is as it stays. */
export async function connectBy(way: Way, at: At): Promise<Ask & AsyncDisposable> {
  if (way.kind === 'socket' && 'port' in at) return bySocket(way.tls, at.port)
  if (way.kind === 'peer' && 'publicKey' in at) return byPeer(way.native, at)
  throw new Error('The two processes do not agree on the way.')
}

async function bySocket(tls: boolean, port: number) {
  const address = { host: '127.0.0.1', port }
  const socket = tls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address)
  await once(socket, tls ? 'secureConnect' : 'connect')
  const exchange = new SocketExchange(socket.setNoDelay(true))
  const ask: Ask = (operation) => exchange.ask(operation, BULK)
  return Object.assign(ask, { [Symbol.asyncDispose]: async () => void socket.destroy() })
}

async function byPeer(native: boolean, { publicKey, addresses }: ProviderAt) {
  const peer = await createPeer({ identity: { privateKey: randomBytes(32), domain: DOMAIN, agent: 'bench/1' } })
  const operator = publicKeyToAddress(publicKey)
  const registered = { operator, publicKey: hexToBytes(publicKey), addresses: addresses.map((hex) => hexToBytes(hex)) }
  const to = peerAddressOf(registered)
  const ask: Ask = async (operation) => {
    if (operation === 'get') await request(peer, { to, protocol: GET, message: NOTHING })
    else await request(peer, { to, protocol: PUT, message: NOTHING, bulk: BULK })
  }
  const isReady = () => !native || peer.libp2p.getConnections().some((connection) => peer.carriers.of(connection))
  const deadlineMs = performance.now() + 10_000
  do await ask('get')
  while (!isReady() && performance.now() < deadlineMs)
  if (!isReady()) throw new Error('There is no native carrier.')
  return Object.assign(ask, { [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() })
}
