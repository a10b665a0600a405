import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BackOff } from './back-off.ts'

test('each failure doubles the wait up to a bound, a success ends it, and keys do not meet', () => {
  let nowMs = 0
  const backOff = new BackOff({ leastMs: 10, mostMs: 35, nowMs: () => nowMs })
  for (const waitMs of [10, 20, 35, 35]) {
    backOff.failed('a')
    assert.equal(backOff.mayTry('b'), true)
    nowMs += waitMs - 1
    assert.equal(backOff.mayTry('a'), false)
    nowMs++
    assert.equal(backOff.mayTry('a'), true)
  }
  backOff.failed('a')
  backOff.succeeded('a')
  assert.equal(backOff.mayTry('a'), true)
})
