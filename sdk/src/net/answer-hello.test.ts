import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { encodeHello, HELLO_PROTOCOL, StorgoError } from '@storgo/protocol'
import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { exchange } from './exchange.ts'
import { aClient, addressOf, anEchoProvider, anIdentity, aProvider, DOMAIN, ECHO, LIMITS } from './fixtures/peers.ts'
import { signedHello } from './hello.ts'
import { request } from './request.ts'
import { type RequestContext, serveRequests } from './serve-requests.ts'

const message = Uint8Array.of(1)
const signal = AbortSignal.timeout(30_000)

/** A provider that remembers who asked, and asks the registry in `isProvider`. */
async function aCuriousProvider(isProvider: () => Promise<boolean>) {
  const contexts: RequestContext[] = []
  const provider = await aProvider(
    (peer) =>
      serveRequests(
        peer,
        ECHO,
        async (_, context) => {
          contexts.push(context)
          return { body: message }
        },
        LIMITS,
      ),
    { isProvider },
  )
  return { provider, contexts }
}

describe('hello', () => {
  test('tells a handler who asks: a client by its session key, a provider by its operator key', async () => {
    let asked = 0
    const { provider, contexts } = await aCuriousProvider(async () => ++asked > 0)
    await using _ = provider
    const sessionKey = randomBytes(32)
    await using client = await aClient({ identity: anIdentity(sessionKey) })
    await request(client, { to: addressOf(provider), protocol: ECHO, message })
    assert.equal(asked, 0)
    const operatorKey = randomBytes(32)
    await using other = await aClient({ privateKey: operatorKey, identity: anIdentity(operatorKey) })
    await request(other, { to: addressOf(provider), protocol: ECHO, message })
    assert.deepEqual(
      contexts.map(({ account, isProvider, peer }) => [account, isProvider, peer.toString()]),
      [
        [privateKeyToAddress(bytesToHex(sessionKey)), false, client.libp2p.peerId.toString()],
        [addressOf(other).operator, true, other.libp2p.peerId.toString()],
      ],
    )
  })

  test('serves both directions of a connection', async () => {
    await using provider = await anEchoProvider()
    await using other = await anEchoProvider()
    await request(provider, { to: addressOf(other), protocol: ECHO, message })
    const { body } = await request(other, { to: { ...addressOf(provider), multiaddrs: [] }, protocol: ECHO, message })
    assert.deepEqual(body, message)
  })

  test('is asked for before anything else', async () => {
    await using provider = await anEchoProvider()
    await using client = await aClient()
    const connection = await client.libp2p.dial(provider.libp2p.getMultiaddrs())
    const ask = () => exchange(connection, ECHO, { message, bulk: new Uint8Array(1 << 20) }, { signal })
    await assert.rejects(ask(), { code: 'HELLO_REQUIRED' })
    await request(client, { to: addressOf(provider), protocol: ECHO, message })
    assert.equal((await ask()).body.length, 1)
  })

  test('closes a connection that does not say it in time, and one whose hello was refused', async () => {
    await using provider = await anEchoProvider({ timeoutMs: 200 })
    await using client = await aClient()
    const silent = await client.libp2p.dial(provider.libp2p.getMultiaddrs())
    await new Promise((resolve) => silent.addEventListener('close', resolve))
    const refused = await client.libp2p.dial(provider.libp2p.getMultiaddrs())
    const closed = new Promise((resolve) => refused.addEventListener('close', resolve))
    const said = exchange(refused, HELLO_PROTOCOL, { message, bulk: new Uint8Array(0) }, { signal })
    await assert.rejects(said, { code: 'REQUEST_INVALID' })
    await closed
  })

  test('keeps a connection that has said it', async () => {
    await using provider = await anEchoProvider({ timeoutMs: 100 })
    await using client = await aClient()
    await using silent = await aClient()
    const to = addressOf(provider)
    await request(client, { to, protocol: ECHO, message })
    const [connection] = client.libp2p.getConnections()
    // Opened later, so its end shows that the deadline of the other is past.
    const later = await silent.libp2p.dial(to.multiaddrs)
    await new Promise((resolve) => later.addEventListener('close', resolve))
    await request(client, { to, protocol: ECHO, message })
    assert.deepEqual(client.libp2p.getConnections(), [connection])
  })

  test('is refused across chains, versions and clocks, with the reason, and by either side', async () => {
    await using provider = await anEchoProvider()
    const to = addressOf(provider)
    const otherChain = { ...anIdentity(), domain: { ...DOMAIN, chainId: 1 } }
    const newer = { ...anIdentity(), versions: { min: 2_000_000, max: 2_000_000 } }
    for (const [identity, code] of [
      [otherChain, 'WRONG_CHAIN'],
      [newer, 'VERSION_UNSUPPORTED'],
    ] as const) {
      await using client = await aClient({ identity })
      await assert.rejects(request(client, { to, protocol: ECHO, message }), { code })
      assert.equal(client.libp2p.getConnections().length, 0)
    }
  })

  test('is refused to one who repeats the hello of another', async () => {
    await using provider = await anEchoProvider()
    await using victim = await aClient()
    await using thief = await aClient()
    const nowSeconds = Math.floor(Date.now() / 1000)
    const ends = { from: victim.libp2p.peerId, to: provider.libp2p.peerId, nowSeconds }
    const stolen = encodeHello(await signedHello(victim.identity, ends))
    const connection = await thief.libp2p.dial(provider.libp2p.getMultiaddrs())
    const say = exchange(connection, HELLO_PROTOCOL, { message: stolen, bulk: new Uint8Array(0) }, { signal })
    await assert.rejects(say, { code: 'HELLO_REFUSED' })
    const ask = exchange(connection, ECHO, { message, bulk: new Uint8Array(0) }, { signal })
    await assert.rejects(ask, { code: 'HELLO_REQUIRED' })
  })

  test('fails when the registry cannot be asked, and does not take the peer for a client', async () => {
    const { provider } = await aCuriousProvider(async () => {
      throw new StorgoError('CHAIN_UNREACHABLE', 'The chain does not answer.')
    })
    await using _ = provider
    const operatorKey = randomBytes(32)
    await using other = await aClient({ privateKey: operatorKey, identity: anIdentity(operatorKey) })
    const asked = request(other, { to: addressOf(provider), protocol: ECHO, message })
    await assert.rejects(asked, { code: 'CHAIN_UNREACHABLE' })
  })

  test('of a provider that signs with another key is refused by the one who dials', async () => {
    await using provider = await anEchoProvider({ identity: { privateKey: randomBytes(32) } })
    await using client = await aClient()
    const asked = request(client, { to: addressOf(provider), protocol: ECHO, message })
    await assert.rejects(asked, { code: 'HELLO_REFUSED' })
  })
})
