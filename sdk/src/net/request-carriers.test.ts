import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { connectionTo } from './connection-to.ts'
import { liveMemory } from './fixtures/live-memory.ts'
import {
  aClient,
  aClientOf,
  addressOf,
  anEchoProvider,
  aProvider,
  ECHO,
  LIMITS,
  SILENCE,
  takeNativeCarrier,
  NATIVE_CARRIER as way,
} from './fixtures/peers.ts'
import { request } from './request.ts'
import { serveRequests } from './serve-requests.ts'

const MIB = 1 << 20
const message = Uint8Array.of(1, 2, 3)
const GIBIBYTE_TEST = process.env['STORGO_TEST_FULL'] === '1'

test('bulk moves to a native carrier by itself, and small requests alone stay on streams', async () => {
  await using provider = await anEchoProvider({ way })
  await using client = await aClient()
  const to = addressOf(provider)
  for (let i = 0; i < 20; i++) await request(client, { to, protocol: ECHO, message })
  const connection = await connectionTo(client, to)
  assert.equal(client.carriers.of(connection), undefined)
  const bulk = randomBytes(MIB)
  const deadline = performance.now() + 20_000
  while (!client.carriers.of(connection) && performance.now() < deadline) {
    assert.equal(Buffer.compare((await request(client, { to, protocol: ECHO, message, bulk })).bulk, bulk), 0)
  }
  const streams: unknown[] = []
  const newStream = connection.newStream.bind(connection)
  connection.newStream = (...args) => {
    streams.push(args)
    return newStream(...args)
  }
  assert.equal(Buffer.compare((await request(client, { to, protocol: ECHO, message, bulk })).bulk, bulk), 0)
  await request(client, { to, protocol: ECHO, message })
  assert.equal(streams.length, 0)
})

test('a peer that takes no native carriers is asked on streams', async () => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  const bulk = randomBytes(MIB)
  for (let i = 0; i < 3; i++) await request(client, { to: addressOf(provider), protocol: ECHO, message, bulk })
  assert.equal(client.carriers.of(await connectionTo(client, addressOf(provider))), undefined)
})

test('a request whose carrier breaks off is made again on a stream, and nobody notices', async () => {
  let asked = 0
  const breakOff = Promise.withResolvers<void>()
  await using provider = await aProvider(
    (peer) =>
      serveRequests(
        peer,
        ECHO,
        async ({ message, bulk }) => {
          if (++asked > 1) return { body: message, bulk }
          breakOff.resolve()
          return Promise.withResolvers<never>().promise
        },
        LIMITS,
      ),
    { way },
  )
  await using client = await aClient()
  const carrier = await takeNativeCarrier(client, addressOf(provider))
  void breakOff.promise.then(() => carrier.close())
  const bulk = randomBytes(MIB)
  const reply = await request(client, { to: addressOf(provider), protocol: ECHO, message, bulk })
  assert.equal(Buffer.compare(reply.bulk, bulk), 0)
  assert.equal(asked, 2)
})

test('a carrier is worth nothing without the connection on which hello was said, on either side', async () => {
  await using provider = await anEchoProvider({ way })
  for (const side of ['client', 'provider'] as const) {
    await using client = await aClient()
    const carrier = await takeNativeCarrier(client, addressOf(provider))
    if (side === 'client') await client.libp2p.hangUp(provider.libp2p.peerId)
    else await provider.libp2p.hangUp(client.libp2p.peerId)
    await carrier.closed
  }
})

test('a provider that has been started anew gets a carrier anew', async () => {
  const privateKey = randomBytes(32)
  await using client = await aClient()
  const bulk = randomBytes(MIB)
  for (let start = 0; start < 2; start++) {
    const provider = await anEchoProvider({ way, privateKey })
    const to = addressOf(provider)
    await takeNativeCarrier(client, to)
    assert.equal(Buffer.compare((await request(client, { to, protocol: ECHO, message, bulk })).bulk, bulk), 0)
    const gone = new Promise((resolve) => client.libp2p.addEventListener('peer:disconnect', resolve, { once: true }))
    await provider[Symbol.asyncDispose]()
    await gone
  }
})

test('a request that is given up in the middle of its bulk leaves others as they are', async () => {
  await using provider = await anEchoProvider({ way })
  await using client = await aClientOf(provider, way)
  const to = addressOf(provider)
  const bulk = randomBytes(MIB)
  const ask = async (i: number) => {
    if (i % 3 > 0) return request(client, { to, protocol: ECHO, message, bulk })
    const signal = AbortSignal.timeout(i)
    return request(client, { to, protocol: SILENCE, message, bulk, signal }).catch((error: unknown) => {
      assert.equal(error, signal.reason)
      return undefined
    })
  }
  const replies = await Promise.all(Array.from({ length: 36 }, (_, i) => ask(i)))
  for (const reply of replies) if (reply) assert.equal(Buffer.compare(reply.bulk, bulk), 0)
  assert.equal(replies.filter(Boolean).length, 24)
})

test('a GiB there and back in requests of a MiB takes no more memory than a few of them', async () => {
  await using provider = await anEchoProvider({ way })
  await using client = await aClientOf(provider, way)
  const to = addressOf(provider)
  const bulk = randomBytes(MIB)
  let left = GIBIBYTE_TEST ? 1_024 : 96
  let most = 0
  const before = liveMemory().arrayBuffers
  const askInTurn = async () => {
    while (left-- > 0) {
      const reply = await request(client, { to, protocol: ECHO, message, bulk, timeoutMs: 60_000 })
      assert.equal(reply.bulk.length, MIB)
      // What nobody holds any more is collected first: how soon that happens by itself is V8's business.
      if (left % 8 === 0) most = Math.max(most, liveMemory().arrayBuffers - before)
    }
  }
  await Promise.all(Array.from({ length: 8 }, askInTurn))
  // 8 requests, each with its bulk on its way there, at the provider, and on its way back.
  assert.ok(most < 40 * MIB, `${most} bytes were held at once`)
})
