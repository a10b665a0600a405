import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { concatBytes, decodeReply, type ErrorCode, encodeReply, isStorgoError } from '@storgo/protocol'
import type { Frames } from '../frame-decoder.ts'
import { transportKeyOf } from '../peer-id.ts'
import { type CarrierFrame, CarrierFrameDecoder, encodeFrameStart } from './carrier-frames.ts'
import { dialCarrier } from './dial-carrier.ts'
import { type CarrierListener, type ListenCarrierOptions, listenCarrier } from './listen-carrier.ts'
import { type TlsIdentity, tlsIdentityOf } from './tls-identity.ts'

const NOTHING = new Uint8Array(0)
const signal = AbortSignal.timeout(60_000)

type End = { key: PrivateKey; peer: PeerId; identity: TlsIdentity }
async function anEnd(): Promise<End> {
  const key = transportKeyOf(randomBytes(32))
  return { key, peer: peerIdFromPrivateKey(key), identity: await tlsIdentityOf(key) }
}
const [provider, client, stranger] = await Promise.all([anEnd(), anEnd(), anEnd()])

const echo = async (_: PeerId, __: string, { message, bulk }: Frames) => ({ message: encodeReply(message), bulk })

/** A listener that has greeted `client` alone, and what it was told. */
async function aListener(options: Partial<ListenCarrierOptions> = {}) {
  const offences: string[] = []
  const listener = await listenCarrier({
    identity: provider.identity,
    at: { host: '127.0.0.1', port: 0 },
    maxConnections: 100,
    maxArrivalsPerSecond: Number.POSITIVE_INFINITY,
    isGreeted: (peer) => peer.equals(client.peer),
    answer: echo,
    onOffence: (peer, offence) => offences.push(`${peer.equals(client.peer) ? 'client' : 'other'} ${offence}`),
    ...options,
  })
  return { ...listener, port: listener.port, offences }
}

const dial = ({ port }: CarrierListener, from: End = client, to: PeerId = provider.peer) =>
  dialCarrier({ identity: from.identity, at: { host: '127.0.0.1', port }, peer: to, signal })

/** A connection that keeps to no rules, once it has been welcomed. */
async function aRudeClient({ port }: CarrierListener): Promise<TLSSocket & { replies: CarrierFrame[] }> {
  const socket = connectTls({ ...client.identity, host: '127.0.0.1', port })
  const replies: CarrierFrame[] = []
  const decoder = new CarrierFrameDecoder((frame) => replies.push(frame))
  socket.on('error', () => {})
  socket.on('data', (bytes: Uint8Array) => decoder.push(bytes))
  while (replies.length === 0) await once(socket, 'data', { signal })
  return Object.assign(socket, { replies })
}

function codeOf(reply: CarrierFrame | undefined): ErrorCode | 'OK' | undefined {
  if (!reply) return undefined
  try {
    decodeReply(reply.message)
    return 'OK'
  } catch (error) {
    return isStorgoError(error) ? error.code : undefined
  }
}

describe('a native carrier', () => {
  test('is refused, by name, to one who has not said hello, or shows no certificate of a peer', async () => {
    using listener = await aListener()
    await assert.rejects(dial(listener, stranger), { code: 'HELLO_REQUIRED' })
    const { cert: _, key: __, ...nobody } = client.identity
    await assert.rejects(dial(listener, { ...client, identity: nobody }), { code: 'HELLO_REFUSED' })
    await (await dial(listener)).exchange('/a', { message: NOTHING, bulk: NOTHING }, signal)
  })

  test('is refused to one whose certificate names the key of another, even where that other may ask', async () => {
    using listener = await aListener()
    // Signed by the thief, as it has only its own key.
    const forged = Object.create(stranger.key, { publicKey: { value: client.key.publicKey } })
    await assert.rejects(dial(listener, { ...stranger, identity: await tlsIdentityOf(forged) }), {
      code: 'HELLO_REFUSED',
    })
  })

  test('is not made to a peer that is another than the one asked for, or speaks something else', async () => {
    using listener = await aListener()
    await assert.rejects(dial(listener, client, stranger.peer), { code: 'HELLO_REFUSED' })
    const server = createServer({ ...provider.identity, ALPNProtocols: ['h2'] }).listen(0, '127.0.0.1')
    server.on('tlsClientError', () => {})
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await assert.rejects(dial({ ...listener, port }))
    server.close()
  })

  test('gives up on a peer that says nothing when its signal aborts', async () => {
    const silent = createServer(provider.identity).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const at = { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 }
    const controller = new AbortController()
    silent.on('secureConnection', () => controller.abort(new Error('enough')))
    const dialling = dialCarrier({ identity: client.identity, at, peer: provider.peer, signal: controller.signal })
    await assert.rejects(dialling, /enough/)
    silent.close()
  })

  const head = (kind: number, bytes: { protocol?: number; id?: number; message?: number; bulk?: number }) => {
    const frame = Buffer.alloc(14)
    frame.writeUInt8(kind, 0)
    frame.writeUInt8(bytes.protocol ?? 0, 1)
    frame.writeUInt32BE(bytes.id ?? 1, 2)
    frame.writeUInt32BE(bytes.message ?? 0, 6)
    frame.writeUInt32BE(bytes.bulk ?? 0, 10)
    return new Uint8Array(frame)
  }
  const aRequest = (id: number) => encodeFrameStart({ kind: 'request', id }, { protocol: '/a' })
  const never = () => Promise.withResolvers<Frames>().promise
  const hostile: [string, ErrorCode, string, Uint8Array][] = [
    ['a giant message', 'MESSAGE_TOO_LARGE', 'frame-giant', head(1, { protocol: 1, message: 65_537 })],
    ['a giant bulk', 'MESSAGE_TOO_LARGE', 'frame-giant', head(1, { protocol: 1, bulk: 2 ** 32 - 1 })],
    ['an unknown kind', 'REQUEST_INVALID', 'frame-malformed', head(9, {})],
    ['a request without a protocol', 'REQUEST_INVALID', 'frame-malformed', head(1, {})],
    ['a reply to nothing', 'REQUEST_INVALID', 'frame-malformed', head(2, {})],
    ['one id twice', 'REQUEST_INVALID', 'frame-malformed', concatBytes(aRequest(5), aRequest(5))],
    ['half a frame and no more', 'TIMED_OUT', 'request-slow', head(1, { protocol: 1, bulk: 100 })],
    ['garbage', 'MESSAGE_TOO_LARGE', 'frame-giant', new Uint8Array(1 << 20).fill(99)],
    [
      '33 requests at once',
      'PROVIDER_BUSY',
      'request-flood',
      concatBytes(...Array.from({ length: 33 }, (_, i) => aRequest(i + 1))),
    ],
  ]
  for (const [name, code, offence, bytes] of hostile) {
    test(`ends, by name, with a peer that sends ${name}, and others go on`, async () => {
      using listener = await aListener({ answer: never, frameTimeoutMs: 300 })
      const socket = await aRudeClient(listener)
      socket.write(bytes)
      await once(socket, 'close', { signal })
      assert.equal(codeOf(socket.replies.at(-1)), code)
      assert.deepEqual(listener.offences, [`client ${offence}`])
      using others = await aListener()
      await (await dial(others)).exchange('/a', { message: NOTHING, bulk: NOTHING }, signal)
    })
  }

  test('waits for a frame that comes slowly but comes', async () => {
    const frameTimeoutMs = 2_000
    using listener = await aListener({ frameTimeoutMs })
    const socket = await aRudeClient(listener)
    const bulk = 1 << 20
    socket.write(concatBytes(head(1, { protocol: 2, bulk }), new TextEncoder().encode('/a')))
    const untilMs = performance.now() + 1.5 * frameTimeoutMs
    let left = bulk
    for (; performance.now() < untilMs && left > 4_096; left -= 4_096) {
      socket.write(new Uint8Array(4_096))
      await delay(20)
    }
    socket.write(new Uint8Array(left))
    while (socket.replies.length < 2) await once(socket, 'data', { signal })
    assert.deepEqual([codeOf(socket.replies[1]), socket.replies[1]?.bulk.length], ['OK', bulk])
    socket.destroy()
  })

  test('tells the answering side when the peer gives up, and goes on', async () => {
    const gaveUp = Promise.withResolvers<void>()
    using listener = await aListener({
      answer: (peer, protocol, request, gone) => {
        if (protocol !== '/never') return echo(peer, protocol, request)
        gone.addEventListener('abort', () => gaveUp.resolve())
        controller.abort(new Error('enough'))
        return never()
      },
    })
    const controller = new AbortController()
    const carrier = await dial(listener)
    const asked = carrier.exchange('/never', { message: NOTHING, bulk: NOTHING }, controller.signal)
    await assert.rejects(asked, /enough/)
    await gaveUp.promise
    const bulk = randomBytes(70_000)
    assert.deepEqual(Buffer.compare((await carrier.exchange('/a', { message: NOTHING, bulk }, signal)).bulk, bulk), 0)
  })

  test('has each reply come to the request that asked for it, in whatever order they come', async () => {
    const first = Promise.withResolvers<void>()
    using listener = await aListener({
      answer: async (peer, protocol, request) => {
        if (protocol === '/first') await first.promise
        return echo(peer, protocol, request)
      },
    })
    const carrier = await dial(listener)
    const ask = (protocol: string, byte: number) =>
      carrier.exchange(protocol, { message: Uint8Array.of(byte), bulk: new Uint8Array(300_000).fill(byte) }, signal)
    const early = ask('/first', 1)
    const later = await Promise.all([2, 3, 4].map((byte) => ask('/later', byte)))
    first.resolve()
    for (const [i, { body, bulk }] of [await early, ...later].entries()) {
      assert.deepEqual(body, Uint8Array.of(i + 1))
      assert.ok(bulk.length === 300_000 && bulk.every((byte) => byte === i + 1))
    }
  })

  test('is one of two that a peer may have: a third takes the place of the first', async () => {
    using listener = await aListener()
    const carriers = [await dial(listener), await dial(listener), await dial(listener)]
    await carriers[0]?.closed
    for (const carrier of carriers.slice(1)) await carrier.exchange('/a', { message: NOTHING, bulk: NOTHING }, signal)
    listener.drop(client.peer)
    await Promise.all(carriers.map(({ closed }) => closed))
  })

  test('is taken so many times a second from one address', async () => {
    using listener = await aListener({ maxArrivalsPerSecond: 1 })
    const dialled = await Promise.allSettled([dial(listener), dial(listener), dial(listener)])
    assert.ok(dialled.filter(({ status }) => status === 'rejected').length >= 1)
  })

  test('breaks off under all its requests when the peer goes away', async () => {
    const listener = await aListener({ answer: never })
    const carrier = await dial(listener)
    const asked = [1, 2, 3].map(() => carrier.exchange('/a', { message: NOTHING, bulk: NOTHING }, signal))
    const lost = Promise.all(asked.map((each) => assert.rejects(each, { name: 'CarrierLost' })))
    listener[Symbol.dispose]()
    await lost
    await carrier.closed
  })
})
