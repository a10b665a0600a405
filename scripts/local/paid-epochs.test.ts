import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChainEvent } from './chain-events.ts'
import { paidEpochs } from './paid-epochs.ts'

const A = '0xaa00000000000000000000000000000000000001'
const B = '0xbb00000000000000000000000000000000000002'
const SLOTS = [
  { slot: 0, provider: A, pricePerEpoch: 10n },
  { slot: 1, provider: B, pricePerEpoch: 20n },
] as const
const RANGE = { first: 5, last: 6 }

const proof = (provider: `0x${string}`, epoch: number, gas: bigint): ChainEvent => ({
  kind: 'proof',
  provider,
  epoch,
  gas,
  billedSectors: 1n,
  samples: 20,
})
const settlement = (
  slot: number,
  provider: `0x${string}`,
  fromEpoch: number,
  toEpoch: number,
  paid: bigint,
): ChainEvent => ({
  kind: 'settlement',
  volumeId: 1n,
  slot,
  provider,
  fromEpoch,
  toEpoch,
  provenEpochs: toEpoch - fromEpoch,
  paid,
  refunded: 0n,
})
const ALL = [
  settlement(0, A, 2, 5, 30n),
  proof(A, 5, 100n),
  proof(B, 5, 300n),
  proof(A, 6, 200n),
  // The chain gives addresses in mixed case.
  proof(`0x${B.slice(2).toUpperCase()}`, 6, 400n),
  settlement(0, A, 5, 6, 10n),
  settlement(0, A, 6, 7, 10n),
  settlement(1, B, 5, 7, 40n),
]

test('when everybody proved and was paid nothing is missing, and only the range is counted', () => {
  assert.deepEqual(paidEpochs(ALL, 1n, SLOTS, RANGE), { proofs: 4, proveGas: 300, paid: 60n, missing: [] })
})

test('each proof or payment that is left out is missed', () => {
  for (const [index, left] of ALL.entries()) {
    const { missing } = paidEpochs(ALL.toSpliced(index, 1), 1n, SLOTS, RANGE)
    assert.equal(missing.length, index === 0 ? 0 : 1, left.kind)
  }
})

test('what another volume paid does not count', () => {
  assert.equal(paidEpochs(ALL, 2n, SLOTS, RANGE).missing.length, 2)
})
