import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { SigningDomain } from '@storgo/protocol'
import fc from 'fast-check'
import { DOMAIN } from '../net/fixtures/peers.ts'
import { operatorOf, peerIdOf } from '../net/peer-id.ts'
import {
  addressKeyOf,
  freshRecord,
  MAX_ADDRESS_RECORD_BYTES,
  openAddressRecord,
  operatorOfAddressKey,
  signAddressRecord,
} from './address-record.ts'

const NOW = 1_800_000_000
const keyOf = (byte: number) => new Uint8Array(32).fill(byte)
const peerOf = (key: Uint8Array) => peerIdOf(secp256k1.getPublicKey(key))
const key = keyOf(1)
const peerId = peerOf(key)
const operator = operatorOf(peerId)!
const addresses = [multiaddr('/ip4/10.0.0.1/tcp/4001'), multiaddr('/dns4/storgo.example/udp/4001/quic-v1')]
const domain: SigningDomain = DOMAIN
const expected = { operator, domain, nowSeconds: NOW }
const record = freshRecord(peerId, addresses, { nowMs: NOW * 1_000, lifeSeconds: 3_600 })
const bytes = signAddressRecord(record, DOMAIN, key)

test('a record leads to where its operator signed that it is', () => {
  const { address, record: opened } = openAddressRecord(bytes, expected)
  assert.deepEqual(opened, record)
  assert.ok(address.peerId.equals(peerId))
  assert.deepEqual(
    address.multiaddrs.map(String),
    addresses.map((each) => `${each}/p2p/${peerId}`),
  )
})

test('a record that is opened stays as it is, also in a Buffer, so that whoever keeps it can pass it on', () => {
  // Half of all signatures have the odd parity that recovering the signer takes away.
  for (let sequence = 0n; sequence < 16n; sequence++) {
    const signed = signAddressRecord({ ...record, sequence }, DOMAIN, key)
    const kept = Buffer.from(signed)
    openAddressRecord(kept, expected)
    assert.deepEqual(new Uint8Array(kept), signed)
  }
})

test('a record counts for its operator, on its chain and until it expires', () => {
  const open = (change: Partial<typeof expected>) => () => openAddressRecord(bytes, { ...expected, ...change })
  const other = operatorOf(peerOf(keyOf(2)))!
  assert.throws(open({ operator: other }), { code: 'STATE_SIGNATURE_INVALID' })
  assert.throws(open({ domain: { ...DOMAIN, chainId: 1 } }), { code: 'STATE_SIGNATURE_INVALID' })
  assert.throws(open({ nowSeconds: NOW + 3_600 }), { code: 'REQUEST_INVALID' })
  assert.throws(open({ nowSeconds: NOW - 48 * 3_600 }), { code: 'REQUEST_INVALID' })
  const foreign = signAddressRecord({ ...record, publicKey: secp256k1.getPublicKey(keyOf(2)) }, DOMAIN, key)
  assert.throws(() => openAddressRecord(foreign, expected), { code: 'REQUEST_INVALID' })
})

test('no altered record, and nothing else, is taken for one', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const altered = bytes.slice()
      altered[at] = (altered[at] as number) ^ change
      assert.throws(() => openAddressRecord(altered, expected), { name: 'StorgoError' })
    }),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: MAX_ADDRESS_RECORD_BYTES + 1 }), (any) => {
      assert.throws(() => openAddressRecord(any, expected), { name: 'StorgoError' })
    }),
  )
})

test('a key of the DHT names one operator', () => {
  assert.equal(operatorOfAddressKey(addressKeyOf(operator)), operator.toLowerCase())
  for (const text of ['/storgo-addr/0x12', `/pk/${operator}`, `/storgo-addr/${operator.toLowerCase()}0`]) {
    assert.throws(() => operatorOfAddressKey(new TextEncoder().encode(text)), { code: 'REQUEST_INVALID' })
  }
})
