import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, type ErrorCode } from '@storgo/protocol'
import { exitCodeOf } from './exit-codes.ts'

test('every error code ends with one of the exit codes that are documented', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) assert.ok([1, 2, 3, 4, 5, 6].includes(exitCodeOf(code)), code)
})

test('scripts can tell apart what was not found, not allowed, not healthy and not finished', () => {
  assert.equal(exitCodeOf('INTERNAL'), 1)
  assert.equal(exitCodeOf('CONFIG_INVALID'), 2)
  assert.equal(exitCodeOf('FILE_NOT_FOUND'), 3)
  assert.equal(exitCodeOf('INSUFFICIENT_FUNDS'), 4)
  assert.equal(exitCodeOf('NOT_ENOUGH_SLOTS'), 5)
  assert.equal(exitCodeOf('TIMED_OUT'), 6)
  assert.equal(exitCodeOf('PEN_HELD'), 6)
})
