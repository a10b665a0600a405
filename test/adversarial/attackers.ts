import { randomBytes } from 'node:crypto'
import {
  concatBytes,
  encodeHello,
  HELLO_PROTOCOL,
  MAX_BULK_BYTES,
  MAX_MESSAGE_BYTES,
  type SigningDomain,
  SLOT_COMMIT_PROTOCOL,
  SLOT_READ_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  SLOT_WRITE_PROTOCOL,
} from '@storgo/protocol'
import { connectionTo, createPeer, type Peer, type PeerAddress, request } from '@storgo/sdk'
import { exchange } from '../../sdk/src/net/exchange.ts'
import { encodeFrameLength } from '../../sdk/src/net/frame-decoder.ts'
import { createHello } from '../../sdk/src/net/hello.ts'

type Connection = Awaited<ReturnType<typeof connectionTo>>
type Stream = Awaited<ReturnType<Connection['newStream']>>

/** Attacks with a fresh peer id and returns it; harmless to call against a victim that refuses more. */
export type Attack = (victim: PeerAddress, domain: SigningDomain) => Promise<string>

const NOTHING = new Uint8Array(0)
const identityOf = (domain: SigningDomain) => ({
  privateKey: new Uint8Array(randomBytes(32)),
  domain,
  agent: 'attacker/1',
})

async function anAttacker(domain: SigningDomain, key = new Uint8Array(randomBytes(32))): Promise<Peer> {
  // Many of them at once make a small machine slow, which is not what keeps an attacker from its attack.
  const limits = { dialTimeoutMs: 20_000, helloTimeoutMs: 20_000 }
  return createPeer({ identity: identityOf(domain), privateKey: key, limits })
}

/** Does something to the victim with a connection that has completed hello, until it is thrown out or has done it. */
const greeted =
  (harm: (connection: Connection, attacker: Peer, victim: PeerAddress) => Promise<unknown>): Attack =>
  async (victim, domain) => {
    await using attacker = await anAttacker(domain)
    const connection = await connectionTo(attacker, victim)
    await harm(connection, attacker, victim).catch(() => {})
    return attacker.libp2p.peerId.toString()
  }

/** Sends bytes on a stream of its own and lets the victim answer or reset it. */
async function send(connection: Connection, protocol: string, ...parts: readonly Uint8Array[]): Promise<Stream> {
  const stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(5_000) })
  for (const part of parts) stream.send(part)
  return stream
}

const ended = (stream: Stream) =>
  new Promise<void>((resolve) => {
    if (stream.status !== 'open') resolve()
    stream.addEventListener('close', () => resolve(), { once: true })
    AbortSignal.timeout(20_000).addEventListener('abort', () => resolve())
  })

/** By the reason that the victim is to ban for. */
export const ATTACKS: Record<string, Attack> = {
  'hello-forged': async (victim, domain) => {
    await using attacker = await anAttacker(domain)
    const connection = await attacker.libp2p.dial(victim.multiaddrs)
    // Said by a peer that is somebody else: what a listener on another connection could repeat.
    const nowSeconds = Math.floor(Date.now() / 1000)
    const stolen = createHello(identityOf(domain), { from: victim.peerId, to: victim.peerId, nowSeconds })
    const said = { message: encodeHello(stolen), bulk: NOTHING }
    await exchange(connection, HELLO_PROTOCOL, said, { signal: AbortSignal.timeout(5_000) }).catch(() => {})
    return attacker.libp2p.peerId.toString()
  },
  'hello-replayed': async (victim, domain) => {
    await using attacker = await anAttacker(domain)
    const nowSeconds = Math.floor(Date.now() / 1000)
    const ends = { from: attacker.libp2p.peerId, to: victim.peerId, nowSeconds }
    const said = { message: encodeHello(createHello(identityOf(domain), ends)), bulk: NOTHING }
    for (let i = 0; i < 5; i++) {
      try {
        const connection = await attacker.libp2p.dial(victim.multiaddrs, { force: true })
        await exchange(connection, HELLO_PROTOCOL, said, { signal: AbortSignal.timeout(5_000) })
      } catch {
        // The refusal that this is about.
      }
    }
    return attacker.libp2p.peerId.toString()
  },
  'hello-missing': async (victim, domain) => {
    const key = new Uint8Array(randomBytes(32))
    const peers = await Promise.all([1, 2, 3, 4].map(() => anAttacker(domain, key)))
    const silent = await Promise.allSettled(peers.map(({ libp2p }) => libp2p.dial(victim.multiaddrs)))
    await Promise.all(silent.map((dialled) => dialled.status === 'fulfilled' && closed(dialled.value)))
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
    return peers[0]?.libp2p.peerId.toString() ?? ''
  },
  'frame-giant': greeted(async (connection) => {
    const length = encodeFrameLength(MAX_MESSAGE_BYTES + 1)
    await ended(await send(connection, SLOT_STATE_PROTOCOL, length, new Uint8Array(65_536)))
  }),
  'frame-malformed': greeted(async (connection) => {
    for (let i = 0; i < 4; i++) {
      const stream = await send(connection, SLOT_STATE_PROTOCOL, encodeFrameLength(1_000), new Uint8Array(10))
      await stream.close()
      await ended(stream)
    }
  }),
  'request-slow': greeted(async (connection) => {
    const begun = concatBytes(encodeFrameLength(1_000), new Uint8Array(10))
    const streams = await Promise.all([1, 2, 3, 4, 5].map(() => send(connection, SLOT_STATE_PROTOCOL, begun)))
    await Promise.all(streams.map(ended))
  }),
  'message-malformed': greeted(async (_, attacker, victim) => {
    for (let i = 0; i < 12; i++) {
      const message = new Uint8Array(randomBytes(40))
      await request(attacker, { to: victim, protocol: SLOT_WRITE_PROTOCOL, message }).catch(() => {})
    }
  }),
  'request-flood': greeted(async (connection) => {
    // As much as the windows take, on as many streams as there may be, and none of it ever whole.
    const begun = concatBytes(encodeFrameLength(10), new Uint8Array(10), encodeFrameLength(MAX_BULK_BYTES))
    const almost = new Uint8Array(MAX_BULK_BYTES - 1)
    const protocols = [SLOT_WRITE_PROTOCOL, SLOT_READ_PROTOCOL, SLOT_SYNC_PROTOCOL, SLOT_COMMIT_PROTOCOL]
    const streams = await Promise.allSettled(
      Array.from({ length: 120 }, (_, i) => send(connection, protocols[i % 4] ?? '', begun, almost)),
    )
    await Promise.all(streams.map((sent) => sent.status === 'fulfilled' && ended(sent.value)))
  }),
  'connection-flood': async (victim, domain) => {
    const key = new Uint8Array(randomBytes(32))
    const peers = await Promise.all(Array.from({ length: 16 }, () => anAttacker(domain, key)))
    await Promise.allSettled(peers.map((peer) => connectionTo(peer, victim)))
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
    return peers[0]?.libp2p.peerId.toString() ?? ''
  },
}

const closed = (connection: Connection) =>
  new Promise<void>((resolve) => {
    if (connection.status !== 'open') resolve()
    connection.addEventListener('close', () => resolve(), { once: true })
    AbortSignal.timeout(20_000).addEventListener('abort', () => resolve())
  })
