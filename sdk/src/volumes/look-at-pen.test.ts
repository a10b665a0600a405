import assert from 'node:assert/strict'
import { test } from 'node:test'
import { believable } from './look-at-pen.ts'

test('the highest promised term counts, also when one slot alone has promised it', () => {
  assert.equal(believable([3n, 3n, 7n, 3n, 3n, 3n], 5), 7n)
  assert.equal(believable([], 5), 0n)
})

test('a slot that claims a term out of all reach does not use up the terms', () => {
  assert.equal(believable([2n ** 64n - 1n, 4n, 5n, 4n, 4n, 4n], 5), 5n)
})
