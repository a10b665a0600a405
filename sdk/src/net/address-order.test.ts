import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { compareAddresses } from './address-order.ts'

test('addresses are dialled by the cost of their transports, and those of this machine after their like', () => {
  const inOrder = [
    '/dns4/provider.example/tcp/4001',
    '/ip4/127.0.0.1/tcp/4001',
    '/ip4/198.51.100.7/udp/4001/quic-v1',
    '/ip4/127.0.0.1/udp/4001/quic-v1',
    '/ip4/198.51.100.7/tcp/4002/ws',
    '/dns4/provider.example/tcp/443/tls/ws',
    '/ip4/127.0.0.1/tcp/4002/ws',
    '/ip4/198.51.100.7/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit',
  ]
  const addresses = inOrder.map((text) => ({ multiaddr: multiaddr(text), isCertified: false }))
  const shuffled = [7, 2, 4, 0, 5, 6, 3, 1].map((i) => addresses[i]!)
  const sorted = shuffled.toSorted(compareAddresses).map(({ multiaddr: address }) => address.toString())
  // The two WebSocket addresses that are not of this machine are equals, and keep the order they came in.
  assert.deepEqual(sorted, inOrder)
})
