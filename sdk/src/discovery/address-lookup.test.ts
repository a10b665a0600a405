import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { DOMAIN } from '../net/fixtures/peers.ts'
import { operatorOf, peerIdOf } from '../net/peer-id.ts'
import { AddressLookup } from './address-lookup.ts'
import { freshRecord, signAddressRecord } from './address-record.ts'

const key = new Uint8Array(32).fill(1)
const peerId = peerIdOf(secp256k1.getPublicKey(key))
const operator = operatorOf(peerId)!
const nowMs = Date.now()

function recordOf(port: number, sequence: number, by = key): Uint8Array {
  const address = multiaddr(`/ip4/10.0.0.1/tcp/${port}`)
  const record = freshRecord(peerId, [address], { nowMs, lifeSeconds: 3_600 })
  return signAddressRecord({ ...record, sequence: BigInt(sequence) }, DOMAIN, by)
}
const answer = (value?: Uint8Array) => {
  const record = value && { key: new Uint8Array(0), value }
  return { name: 'PEER_RESPONSE', ...(record && { record }) } as const
}
const failed = (name: string) => ({ name: 'QUERY_ERROR', error: Object.assign(new Error('x'), { name }) }) as const
const aLookup = (...events: Parameters<AddressLookup['take']>[0][]) => {
  const lookup = new AddressLookup({ operator, domain: DOMAIN })
  lookup.begin()
  for (const event of events) lookup.take(event)
  return lookup
}
const portOf = ({ address }: AddressLookup) =>
  address?.multiaddrs[0]?.getComponents().find((each) => each.name === 'tcp')

test('a lookup is settled once three peers have shown the same newest record, and older ones do not count', () => {
  const [older, newer] = [recordOf(1, 1), recordOf(2, 2)]
  const lookup = aLookup(answer(older), answer(older), answer(newer), answer(), answer(newer))
  assert.equal(lookup.isSettled, false)
  lookup.take(answer(older))
  assert.equal(lookup.isSettled, false)
  lookup.take({ name: 'VALUE', value: newer })
  assert.equal(lookup.isSettled, true)
  assert.equal(portOf(lookup)?.value, '2')
})

test('a lookup in vain says why', () => {
  const stranger = recordOf(1, 1, new Uint8Array(32).fill(2))
  const reasonOf = (lookup: AddressLookup, isOutOfTime = false) => lookup.inVain(isOutOfTime).reason
  assert.equal(reasonOf(aLookup(), true), 'alone')
  assert.equal(reasonOf(aLookup(answer()), true), 'out-of-time')
  assert.equal(reasonOf(aLookup(failed('DialError'))), 'unanswered')
  assert.equal(reasonOf(aLookup(answer(), answer(stranger))), 'invalid')
  assert.equal(reasonOf(aLookup(answer(), failed('QueryError'))), 'invalid')
  assert.equal(reasonOf(aLookup(answer(), failed('DialError'))), 'not-kept')
})

test('errors are counted by name, of a few names at most, and tell whether another attempt may reach others', () => {
  const lookup = aLookup(answer(), failed('DialError'), failed('DialError'))
  assert.equal(lookup.hasErrors, true)
  lookup.begin()
  assert.equal(lookup.hasErrors, false)
  for (let i = 0; i < 20; i++) lookup.take(failed(`Error${i}`))
  const { errors, attempts, answered } = lookup.inVain(false)
  assert.deepEqual([errors['DialError'], errors['others'], Object.keys(errors).length], [2, 13, 9])
  assert.deepEqual([attempts, answered], [2, 1])
})
