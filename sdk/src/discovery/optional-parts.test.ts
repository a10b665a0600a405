import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connectionTo } from '../net/connection-to.ts'
import { addressOf, DOMAIN } from '../net/fixtures/peers.ts'
import { ANeighbour } from './fixtures/a-neighbour.ts'
import { loadOptionalParts, type OptionalParts } from './optional-parts.ts'

const NONE: OptionalParts = { mdns: false, relay: false, relayServer: false, holePunching: false, upnp: false }
const parts = (wanted: Partial<OptionalParts>) => loadOptionalParts({ ...NONE, ...wanted }, DOMAIN)

test('two providers on one network find each other by multicast alone', async () => {
  const listen = ['/ip4/0.0.0.0/tcp/0']
  await using one = await ANeighbour.start({ listen, also: await parts({ mdns: true }) })
  await using other = await ANeighbour.start({ listen, also: await parts({ mdns: true }) })
  const seen = Promise.withResolvers<void>()
  one.peer.libp2p.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
    if (id.equals(other.peer.libp2p.peerId) && multiaddrs.length > 0) seen.resolve()
  })
  await Promise.race([
    seen.promise,
    delay(60_000, undefined, { ref: false }).then(() => assert.fail('not within 60 s')),
  ])
})

test('a provider that listens at a relay only is reached by way of it, and says hello there', async () => {
  await using relay = await ANeighbour.start({ also: await parts({ relayServer: true }) })
  const [at] = relay.address.multiaddrs
  await using hidden = await ANeighbour.start({ listen: [`${at}/p2p-circuit`], also: await parts({ relay: true }) })
  for (const deadlineMs = Date.now() + 60_000; hidden.address.multiaddrs.length === 0; await delay(100)) {
    assert.ok(Date.now() < deadlineMs, 'no place at the relay within 60 s')
  }
  assert.ok(hidden.address.multiaddrs.every((address) => String(address).includes('/p2p-circuit')))
  await using caller = await ANeighbour.start({ also: await parts({ relay: true }) })
  const connection = await connectionTo(caller.peer, addressOf(hidden.peer))
  assert.ok(connection.limits !== undefined, 'it is a relayed connection')
  assert.equal(caller.peer.greetings.of(connection)?.account, hidden.address.operator)
})
