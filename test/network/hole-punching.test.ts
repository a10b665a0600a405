import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADDRESSES, HomeNetwork } from './home-network.ts'

const AT_ROUTER = [`/ip4/${ADDRESSES.router}/tcp/0`]
const BEHIND_RELAY = { relay: true, holePunching: true }

test('a provider that nobody can dial answers a call that came by a relay with a connection of its own', async (t) => {
  const network = await HomeNetwork.make()
  // Skipped and so counted apart, never as passed.
  if (typeof network === 'string') return t.skip(`not run: ${network}`)
  await using _ = network
  await using relay = network.startPeer('router', {
    listen: AT_ROUTER,
    parts: { relayServer: true },
    announces: '/tcp/',
  })
  const [at] = (await relay.announced()).multiaddrs
  const listen = [`${at}/p2p-circuit`]
  await using hidden = network.startPeer('outside', { listen, parts: BEHIND_RELAY, announces: '/p2p-circuit' })
  const announced = await hidden.announced()

  const task = { listen: AT_ROUTER, parts: BEHIND_RELAY, greets: announced, untilDirect: true }
  await using caller = network.startPeer('router', task)
  let hello = await caller.greeted()
  assert.equal(hello.relayed, true, 'it was a direct connection from the first')
  while (hello.relayed) hello = await caller.greeted()
  assert.deepEqual(hello, { operator: announced.operator, relayed: false })
})
