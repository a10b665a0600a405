import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { createPeer, type Peer } from '@storgo/sdk'
import { pino } from 'pino'
import { ownAddresses } from './own-addresses.ts'
import { TwinWatch } from './twin-watch.ts'

const domain = { chainId: 31337, verifyingContract: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' } as const
const operatorKey = new Uint8Array(randomBytes(32))

const aPeer = (privateKey = operatorKey): Promise<Peer> =>
  createPeer({
    ...{ privateKey, identity: { privateKey, domain, agent: 'test' }, listen: ['/ip4/127.0.0.1/tcp/0'] },
    limits: { inboundConnectionThreshold: Number.POSITIVE_INFINITY },
  })
const addressesOf = ({ libp2p }: Peer) => libp2p.getMultiaddrs().map(({ bytes }) => bytes)

function aWatch(registered: readonly Uint8Array[], { configured = [] as string[], intervalMs = 3_600_000 } = {}) {
  const readRegistered = async () => registered
  return new TwinWatch({
    ...{ operatorKey, domain, readRegistered, configured, intervalMs, logger: pino({ level: 'silent' }) },
  })
}

test('a process that answers at the registered address with the same key is found before this one listens', async () => {
  await using twin = await aPeer()
  using watch = aWatch(addressesOf(twin))
  await assert.rejects(watch.assertAlone(), { code: 'ALREADY_RUNNING' })
  assert.equal((await watch.found).code, 'ALREADY_RUNNING')
})

test('so is one at an address of the settings, also where they name all interfaces', async () => {
  await using twin = await aPeer()
  const port = twin.libp2p.getMultiaddrs()[0]?.toString().split('/')[4]
  using watch = aWatch([], { configured: [`/ip4/0.0.0.0/tcp/${port}`] })
  await assert.rejects(watch.assertAlone(), { code: 'ALREADY_RUNNING' })
})

test('others that took over the address, and nobody at all, are no twins', async () => {
  await using other = await aPeer(new Uint8Array(randomBytes(32)))
  const port = other.libp2p.getMultiaddrs()[0]?.toString().split('/')[4]
  const silent = multiaddr('/ip4/127.0.0.1/tcp/9').bytes
  using watch = aWatch([multiaddr(`/ip4/127.0.0.1/tcp/${port}`).bytes, silent])
  await watch.assertAlone()
})

test('a node that listens is not its own twin, at however many addresses, and finds one beside itself', async () => {
  await using own = await aPeer()
  const port = own.libp2p.getMultiaddrs()[0]?.toString().split('/')[4]
  const itself = [...addressesOf(own), multiaddr(`/dns4/localhost/tcp/${port}`).bytes]
  using alone = aWatch(itself)
  alone.start(own.libp2p)
  await alone.assertAlone()
  await using twin = await aPeer()
  using watch = aWatch([...itself, ...addressesOf(twin)], { intervalMs: 1 })
  watch.start(own.libp2p)
  assert.equal((await watch.found).code, 'ALREADY_RUNNING')
})

test('every address is dialled once, and ports that the system chooses are left out', () => {
  const registered = [multiaddr('/ip4/127.0.0.1/tcp/4001').bytes]
  const configured = ['/ip4/0.0.0.0/tcp/4001', '/ip4/127.0.0.1/tcp/0', '/dns4/a.example/tcp/4001/ws']
  const { multiaddrs, peerId } = ownAddresses({ operatorKey, registered, configured })
  const expected = ['/ip4/127.0.0.1/tcp/4001', '/dns4/a.example/tcp/4001/ws'].map((each) => `${each}/p2p/${peerId}`)
  assert.deepEqual(multiaddrs.map(String), expected)
})
