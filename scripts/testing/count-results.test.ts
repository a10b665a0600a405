import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countResults } from './count-results.ts'

test('a command counts as one test by its exit code', () => {
  assert.deepEqual(countResults('exit', '', 0), { passed: 1, failed: 0, skipped: 0 })
  assert.deepEqual(countResults('exit', 'all good', 2), { passed: 0, failed: 1, skipped: 0 })
})

test('TAP totals are read, cancelled tests count as failed and todo ones as skipped', () => {
  const tap = '# tests 9\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n'
  assert.deepEqual(countResults('node', tap, 1), { passed: 5, failed: 2, skipped: 2 })
})

test('Hardhat totals are read', () => {
  assert.deepEqual(countResults('hardhat', '  41 passing (3s)\n  2 failing\n', 1), {
    passed: 41,
    failed: 2,
    skipped: 0,
  })
})

test('a stage that ran no test, or died after its totals, has failed', () => {
  assert.equal(countResults('node', '# pass 0\n# fail 0\n', 0).failed, 1)
  assert.equal(countResults('node', '', 0).failed, 1)
  assert.equal(countResults('hardhat', '7 passing', 1).failed, 1)
})
