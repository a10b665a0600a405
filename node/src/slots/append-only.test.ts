import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import fc from 'fast-check'
import { assertAppends, assertNotShorter, keepsBytes, type SectorChange } from './append-only.ts'

const epoch = (number: number) => number as Epoch
const context = { isData: true, baseSectors: 3, epoch: epoch(10), retentionEpochs: 4, releasedNonce: 0n }
const change: SectorChange = { sector: 1, wasZero: false, keepsBytes: false, replaces: false, freed: undefined }
const refused = { code: 'STRIPE_RETAINED' }

test('zeros may become anything, in data and in parity, by patches and as a whole', () => {
  for (const isData of [true, false]) {
    for (const replaces of [true, false]) {
      assertAppends({ ...change, wasZero: true, replaces }, { ...context, isData })
    }
  }
})

test('in a data slot what is not zero stays, also in the last sector', () => {
  assertAppends({ ...change, keepsBytes: true }, context)
  assert.throws(() => assertAppends(change, context), refused)
  assert.throws(() => assertAppends({ ...change, sector: 2 }, context), refused)
  assert.throws(() => assertAppends({ ...change, replaces: true }, context), refused)
  assert.throws(() => assertAppends({ ...change, freed: 'reused' }, context), refused)
})

test('in a parity slot the last sector changes, and one whose stripe is used again, but no other', () => {
  const parity = { ...context, isData: false }
  assertAppends({ ...change, sector: 2 }, parity)
  assertAppends({ ...change, freed: 'reused' }, parity)
  assert.throws(() => assertAppends(change, parity), refused)
  assert.throws(() => assertAppends({ ...change, keepsBytes: true }, parity), refused)
  assert.throws(() => assertAppends({ ...change, replaces: true }, parity), refused)
})

test('a freed stripe is begun anew once its retention is over, and no epoch earlier', () => {
  for (const isData of [true, false]) {
    const begin = (freedEpoch: number) =>
      assertAppends(
        { ...change, replaces: true, freed: { epoch: epoch(freedEpoch), nonce: 7n } },
        { ...context, isData },
      )
    begin(5)
    assert.throws(() => begin(6), { ...refused, details: { sector: 1, freedEpoch: 6, retentionEpochs: 4 } })
  }
})

test('a release lets a freed stripe be begun anew at once, if it covers the state that freed it', () => {
  const freed = { epoch: epoch(10), nonce: 7n }
  assertAppends({ ...change, replaces: true, freed }, { ...context, releasedNonce: 7n })
  assert.throws(() => assertAppends({ ...change, replaces: true, freed }, { ...context, releasedNonce: 6n }), refused)
})

test('patches onto the old bytes of a freed stripe are refused, whatever is over or released', () => {
  const freed = { epoch: epoch(0), nonce: 1n }
  const released = { ...context, releasedNonce: 9n }
  assert.throws(() => assertAppends({ ...change, freed }, released), refused)
  assert.throws(() => assertAppends({ ...change, freed }, { ...released, isData: false }), refused)
})

test('a state has at least the sectors of its base', () => {
  assertNotShorter(3, 3)
  assertNotShorter(4, 3)
  assert.throws(() => assertNotShorter(2, 3), { ...refused, details: { sectors: 2, baseSectors: 3 } })
})

test('bytes are kept exactly if XOR has touched only zeros', () => {
  const bytes = fc.uint8Array({ minLength: 8, maxLength: 8, max: 3 })
  fc.assert(
    fc.property(bytes, bytes, (before, patch) => {
      const after = before.map((byte, index) => byte ^ (patch[index] ?? 0))
      const touchesOnlyZeros = before.every((byte, index) => byte === 0 || patch[index] === 0)
      assert.equal(keepsBytes(before, after), touchesOnlyZeros)
    }),
  )
})
