import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { MAX_BULK_BYTES } from '@storgo/protocol'
import { answerHello, createPeer, serveRequests } from '@storgo/sdk'
import { bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { tlsIdentityOf } from '../../sdk/src/net/carrier/tls-identity.ts'
import { transportKeyOf } from '../../sdk/src/net/peer-id.ts'
import type { ProviderAt } from './client.ts'
import { answerOn } from './socket-exchange.ts'
import { DOMAIN, GET, PUT, WAYS, type WayName } from './ways.ts'

/** The answering process: `server.ts WAY`. Sends where it is reached; answers each message with its CPU microseconds. */
const BULK = randomBytes(MAX_BULK_BYTES)
const NOTHING = new Uint8Array(0)
const LIMITS = { maxConcurrent: 64, timeoutMs: 60_000 }

async function listenOnSocket(tls: boolean): Promise<{ port: number }> {
  const onSocket = (socket: Socket) => answerOn(socket.setNoDelay(true), BULK)
  const server: Server = tls
    ? createTlsServer(await tlsIdentityOf(transportKeyOf(randomBytes(32))), onSocket)
    : createTcpServer(onSocket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0 }
}

async function listenAsPeer(listen: string, native: boolean): Promise<ProviderAt> {
  const privateKey = randomBytes(32)
  const { libp2p } = await createPeer({
    identity: { privateKey, domain: DOMAIN, agent: 'bench/1' },
    privateKey,
    listen: [listen],
    ...(native && { carrierListen: '/ip4/127.0.0.1/tcp/0' }),
    limits: { inboundConnectionThreshold: Number.POSITIVE_INFINITY },
    beforeListening: async (peer) => {
      await answerHello(peer, { isProvider: async () => true })
      await serveRequests(peer, GET, async () => ({ body: NOTHING, bulk: BULK }), LIMITS)
      await serveRequests(peer, PUT, async () => ({ body: NOTHING }), LIMITS)
    },
  })
  const { publicKey } = privateKeyToAccount(bytesToHex(privateKey))
  return { publicKey, addresses: libp2p.getMultiaddrs().map(({ bytes }) => bytesToHex(bytes)) }
}

const way = WAYS[process.argv[2] as WayName]
process.send?.(way.kind === 'socket' ? await listenOnSocket(way.tls) : await listenAsPeer(way.listen, way.native))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit())
