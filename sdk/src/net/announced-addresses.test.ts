import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { announcing } from './announced-addresses.ts'

test('what is announced is what the options say at that moment, each with the peer id once', async () => {
  const key = await generateKeyPair('secp256k1')
  const id = peerIdFromPrivateKey(key)
  const options: { announce: string[] } = { announce: [] }
  const addresses = announcing(options, key)
  const listened = [multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${id}`)]
  assert.deepEqual(addresses(listened).map(String), listened.map(String))
  options.announce = ['/ip4/1.2.3.4/tcp/2', `/dns4/example.org/tcp/3/p2p/${id}`]
  assert.deepEqual(addresses(listened).map(String), [
    `/ip4/1.2.3.4/tcp/2/p2p/${id}`,
    `/dns4/example.org/tcp/3/p2p/${id}`,
  ])
  options.announce = []
  assert.deepEqual(addresses(listened).map(String), listened.map(String))
})
