import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { higher, leavingRoom, limited, raised } from './fees.ts'

const aFee = fc.bigInt({ min: 0n, max: 10n ** 13n })
const someFees = fc.record({ maxFeePerGas: aFee, maxPriorityFeePerGas: aFee })

test('raised fees are an eighth higher, both of them', () => {
  fc.assert(
    fc.property(someFees, (fees) => {
      const more = raised(fees)
      for (const name of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
        assert.ok(more[name] * 1_000n >= fees[name] * 1_125n, `${name} ${fees[name]} became ${more[name]}`)
        assert.ok(more[name] > fees[name])
      }
    }),
  )
})

test('what leaves room can be raised once without exceeding the maximum', () => {
  fc.assert(
    fc.property(someFees, fc.bigInt({ min: 20n, max: 10n ** 13n }), (fees, most) => {
      const { maxFeePerGas } = raised(limited(fees, leavingRoom(most)))
      assert.ok(maxFeePerGas <= most, `${maxFeePerGas} of ${most}`)
    }),
  )
})

test('the higher of two fees is not less than either', () => {
  const fees = higher({ maxFeePerGas: 5n, maxPriorityFeePerGas: 1n }, { maxFeePerGas: 3n, maxPriorityFeePerGas: 2n })
  assert.deepEqual(fees, { maxFeePerGas: 5n, maxPriorityFeePerGas: 2n })
})
