import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Provider } from '../chain/read-provider.ts'
import { afterRequest, newPeerRecord } from '../discovery/peer-record.ts'
import { chooseProviders } from './choose-providers.ts'

const name = (i: number): Address => `0x${String(i).padStart(40, '0')}`

function aProvider(i: number, offer: Partial<Provider> = {}): Provider {
  const none = { unbonding: 0n, unbondingEndsEpoch: 0 as Epoch, nextPrice: 0n, nextPriceEpoch: 0 as Epoch }
  const asks = { billedSectors: 0, freeSectors: 1_000, minSectors: 1, pricePerSectorEpoch: 5n }
  const identity = { operator: name(i), owner: name(0), publicKey: new Uint8Array(33), addresses: [new Uint8Array(8)] }
  return { ...none, ...asks, ...identity, stake: 1_000n, ...offer }
}

const options = { count: 2, sectors: 100, stakePerGiB: 10n }

test('the cheapest come first, and of equals the one with more room', () => {
  const providers = [
    aProvider(1),
    aProvider(2, { pricePerSectorEpoch: 9n }),
    aProvider(3, { freeSectors: 2_000 }),
    aProvider(4, { pricePerSectorEpoch: 1n }),
  ]
  assert.deepEqual(chooseProviders(providers, { ...options, count: 4 }), [name(4), name(3), name(1), name(2)])
})

test('of equal prices those that have answered slowly or not at all come last, and how quick the others were does not matter', () => {
  const asked = (ms: number, receivedBytes = 1_000) =>
    afterRequest(newPeerRecord(), { protocol: '/x', ms, sentBytes: 0, receivedBytes })
  const gone = new StorgoError('PEER_UNREACHABLE', 'gone')
  const failed = afterRequest(newPeerRecord(), { protocol: '/x', ms: 1, sentBytes: 0, receivedBytes: 0, error: gone })
  const records = new Map([
    [name(1), asked(2_000)],
    [name(2), asked(1)],
    [name(3), asked(30)],
    [name(4), failed],
    [name(6), asked(5_000, 1 << 20)],
  ])
  const room = [5_000, 1_000, 2_000, 4_000, 3_000, 6_000]
  const providers = room.map((freeSectors, i) => aProvider(i + 1, { freeSectors }))
  providers.push(aProvider(7, { pricePerSectorEpoch: 9n }))
  const chosen = chooseProviders(providers, { ...options, count: 7, recordOf: ({ operator }) => records.get(operator) })
  assert.deepEqual(chosen.slice(0, 3), [name(5), name(3), name(2)])
  assert.deepEqual(new Set(chosen.slice(3, 6)), new Set([name(1), name(4), name(6)]))
  assert.equal(chosen[6], name(7), 'price comes first')
})

test('a provider that could not take the slot is left out', () => {
  const unable: Partial<Provider>[] = [
    { freeSectors: 99 },
    { minSectors: 101 },
    { stake: 0n },
    { addresses: [] },
    { billedSectors: 102_400 },
  ]
  const providers = [aProvider(1), ...unable.map((offer, i) => aProvider(i + 2, offer)), aProvider(9)]
  assert.deepEqual(chooseProviders(providers, options), [name(1), name(9)])
})

test('too few providers are an error that tells how many there are', () => {
  assert.throws(() => chooseProviders([aProvider(1)], options), {
    code: 'NOT_ENOUGH_SLOTS',
    details: { offered: 1, needed: 2, sectors: 100 },
  })
})
