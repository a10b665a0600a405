import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carrierListenOf } from './carrier-listen.ts'

test('native carriers are taken where they are set to be, else beside the first address, else nowhere', () => {
  const listen = ['/dns4/provider.example/tcp/4001', '/ip6/::/udp/4001/quic-v1', '/ip4/0.0.0.0/tcp/4001']
  assert.deepEqual(carrierListenOf({ listen, carrierListen: '/ip4/10.0.0.1/tcp/4002' }), {
    carrierListen: '/ip4/10.0.0.1/tcp/4002',
  })
  assert.deepEqual(carrierListenOf({ listen, carrierListen: 'auto' }), { carrierListen: '/ip6/::/tcp/0' })
  assert.deepEqual(carrierListenOf({ listen: ['/dns4/provider.example/tcp/1'], carrierListen: 'auto' }), {})
  assert.deepEqual(carrierListenOf({ listen, carrierListen: '' }), {})
})
