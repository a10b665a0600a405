import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import {
  aClient,
  addressOf,
  anEchoProvider,
  aPeerId,
  ECHO,
  NATIVE_CARRIER,
  QUIC_STREAMS,
  SILENCE,
  TCP_STREAMS,
  takeNativeCarrier,
  type Way,
} from './fixtures/peers.ts'
import type { PeerAddress } from './peer-address.ts'
import { operatorOf } from './peer-id.ts'
import { request } from './request.ts'

const message = Uint8Array.of(1)

/** A provider in a process of its own, which dies with the test. */
async function aProviderProcess(way: Way) {
  const path = fileURLToPath(new URL('./fixtures/echo-provider.ts', import.meta.url))
  const child = spawn(process.execPath, way.native ? [path, 'native'] : [path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { operator, multiaddrs } = JSON.parse(line)
  const peerId = peerIdFromString(multiaddrs[0].split('/p2p/')[1])
  const to: PeerAddress = { operator, peerId, multiaddrs: multiaddrs.map((text: string) => multiaddr(text)) }
  return { child, to, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** An address at the loopback interface, of a peer that need not exist. */
function anAddress(port: number): PeerAddress {
  const peerId = aPeerId()
  const operator = operatorOf(peerId) ?? '0x'
  return { operator, peerId, multiaddrs: [multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`)] }
}

async function aServer(onConnection: Parameters<typeof createServer>[1]) {
  const server = createServer(onConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, [Symbol.dispose]: () => void server.close() }
}

for (const way of [TCP_STREAMS, NATIVE_CARRIER]) {
  test(`a killed provider fails the requests under way over ${way.name} at once`, async () => {
    using provider = await aProviderProcess(way)
    await using client = await aClient()
    const { to } = provider
    if (way.native) await takeNativeCarrier(client, to)
    await request(client, { to, protocol: ECHO, message })
    const asked = [1, 2, 3].map(() => request(client, { to, protocol: SILENCE, message }))
    const results = Promise.allSettled(asked)
    provider.child.kill('SIGKILL')
    const before = performance.now()
    for (const result of await results)
      assert.equal(result.status === 'rejected' && result.reason.code, 'PEER_UNREACHABLE')
    assert.ok(performance.now() - before < 2_000)
    await assert.rejects(request(client, { to, protocol: ECHO, message }), { code: 'PEER_UNREACHABLE' })
  })

  test(`a frozen provider costs a request over ${way.name} its deadline, and works again once it goes on`, async () => {
    using provider = await aProviderProcess(way)
    await using client = await aClient()
    const { to } = provider
    if (way.native) await takeNativeCarrier(client, to)
    await request(client, { to, protocol: ECHO, message })
    provider.child.kill('SIGSTOP')
    await assert.rejects(request(client, { to, protocol: ECHO, message, timeoutMs: 300 }), { code: 'TIMED_OUT' })
    provider.child.kill('SIGCONT')
    assert.deepEqual((await request(client, { to, protocol: ECHO, message })).body, message)
  })
}

test('a peer that takes a connection and says nothing costs the dialling deadline, not that of the request', async () => {
  using server = await aServer(() => {})
  await using client = await aClient({ limits: { dialTimeoutMs: 300 } })
  const before = performance.now()
  await assert.rejects(request(client, { to: anAddress(server.port), protocol: ECHO, message }), { code: 'TIMED_OUT' })
  assert.ok(performance.now() - before < 3_000)
})

test('an address that says nothing leaves time for the next', async () => {
  using silent = await aServer(() => {})
  await using provider = await anEchoProvider({ way: QUIC_STREAMS })
  await using client = await aClient({ limits: { dialTimeoutMs: 3_000 } })
  const { multiaddrs, ...to } = addressOf(provider)
  const first = multiaddr(`/ip4/127.0.0.1/tcp/${silent.port}/p2p/${to.peerId}`)
  await request(client, { to: { ...to, multiaddrs: [...multiaddrs, first] }, protocol: ECHO, message })
})

test('a peer that talks nonsense, one that hangs up, a closed port and no address are unreachable', async () => {
  using nonsense = await aServer((socket) => {
    socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  using rude = await aServer((socket) => socket.resetAndDestroy())
  await using client = await aClient({ limits: { dialTimeoutMs: 2_000 } })
  for (const to of [
    anAddress(nonsense.port),
    anAddress(rude.port),
    anAddress(1),
    { ...anAddress(1), multiaddrs: [] },
  ]) {
    await assert.rejects(request(client, { to, protocol: ECHO, message }), { code: 'PEER_UNREACHABLE' })
  }
})

test('another peer at the address does not pass for the one asked', async () => {
  await using provider = await anEchoProvider()
  await using client = await aClient()
  const [address] = provider.libp2p.getMultiaddrs()
  const port = Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value)
  await assert.rejects(request(client, { to: anAddress(port), protocol: ECHO, message }), { code: 'PEER_UNREACHABLE' })
  assert.deepEqual((await request(client, { to: addressOf(provider), protocol: ECHO, message })).body, message)
})
