import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADDRESSES, HomeNetwork } from './home-network.ts'

const EVERYWHERE = ['/ip4/0.0.0.0/tcp/0']

test('a provider at home has its router map a port, announces it, is reached there, and gives it back', async (t) => {
  const network = await HomeNetwork.make()
  // Skipped and so counted apart, never as passed.
  if (typeof network === 'string') return t.skip(`not run: ${network}`)
  await using _ = network
  await using router = await network.startRouter()
  {
    const announces = `/ip4/${ADDRESSES.router}/`
    await using home = network.startPeer('home', { listen: EVERYWHERE, parts: { upnp: true }, announces })
    assert.match(await router.line(), new RegExp(`^mapped \\d+ to ${ADDRESSES.home}:\\d+$`, 'u'))
    const announced = await home.announced()
    await using caller = network.startPeer('outside', { greets: announced })
    assert.deepEqual(await caller.greeted(), { operator: announced.operator, relayed: false })
  }
  assert.match(await router.line(), /^unmapped \d+$/u)
})
