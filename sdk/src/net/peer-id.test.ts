import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { bytesToHex, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { peerAddressOf } from './peer-address.ts'
import { operatorOf, peerIdOf, transportKeyOf } from './peer-id.ts'

test('a peer id and an Ethereum address are of the same key, in whichever form that is written', () => {
  const key = randomBytes(32)
  const account = privateKeyToAccount(bytesToHex(key))
  const peerId = peerIdFromPrivateKey(transportKeyOf(key))
  assert.equal(operatorOf(peerId), account.address)
  const uncompressed = hexToBytes(account.publicKey)
  const compressed = peerId.type === 'secp256k1' ? peerId.publicKey.raw : new Uint8Array()
  for (const form of [uncompressed, uncompressed.subarray(1), compressed]) assert.ok(peerIdOf(form).equals(peerId))
})

test('a peer id of another kind of key belongs to no operator', async () => {
  assert.equal(operatorOf(peerIdFromPrivateKey(await generateKeyPair('Ed25519'))), undefined)
})

test('what is no key is refused without being quoted', () => {
  assert.throws(() => peerIdOf(new Uint8Array(33).fill(2, 0, 1).fill(255, 1)), { code: 'REQUEST_INVALID' })
  assert.throws(() => peerIdOf(new Uint8Array(64)), { code: 'REQUEST_INVALID' })
  assert.throws(() => transportKeyOf(new Uint8Array(32)), { code: 'KEY_FILE_INVALID' })
  assert.throws(
    () => transportKeyOf(new Uint8Array(31).fill(7)),
    (error: Error) => !error.message.includes('07'),
  )
})

test("a provider's addresses are those that can be its own", () => {
  const { address: operator, publicKey } = privateKeyToAccount(bytesToHex(randomBytes(32)))
  const peerId = peerIdOf(hexToBytes(publicKey))
  const stranger = peerIdFromPrivateKey(transportKeyOf(randomBytes(32)))
  const addresses = [
    multiaddr('/ip4/10.0.0.1/tcp/4001').bytes,
    multiaddr(`/dns4/provider.example/tcp/4001/p2p/${peerId}`).bytes,
    multiaddr(`/ip4/10.0.0.2/tcp/4001/p2p/${stranger}`).bytes,
    Uint8Array.of(1, 2, 3),
  ]
  const peer = peerAddressOf({ operator, publicKey: hexToBytes(publicKey), addresses })
  assert.deepEqual(
    peer.multiaddrs.map((own) => own.toString()),
    [`/ip4/10.0.0.1/tcp/4001/p2p/${peerId}`, `/dns4/provider.example/tcp/4001/p2p/${peerId}`],
  )
  const other = privateKeyToAccount(bytesToHex(randomBytes(32))).address
  assert.throws(() => peerAddressOf({ operator: other, publicKey: hexToBytes(publicKey), addresses }), {
    code: 'REQUEST_INVALID',
  })
})
