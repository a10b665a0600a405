import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatBytes, formatStor, parseBytes, parseDuration, parseStor, parseWhole } from './quantities.ts'

test('an amount of STOR survives being written and read again', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (amount) => {
      assert.equal(parseStor(formatStor(amount).replace(' STOR', '')), amount)
    }),
  )
})

test('STOR is written without zeros that say nothing', () => {
  assert.equal(formatStor(0n), '0 STOR')
  assert.equal(formatStor(1n), '0.000000000000000001 STOR')
  assert.equal(formatStor(1_500_000_000_000_000_000n), '1.5 STOR')
  assert.equal(formatStor(-2n * 10n ** 18n), '-2 STOR')
})

test('a size is read with any of its units', () => {
  assert.deepEqual(
    ['0', '17', '17B', '1KiB', '1.5MiB', '1 GiB', '2TiB'].map((text) => parseBytes(text)),
    [0, 17, 17, 1024, 1_572_864, 2 ** 30, 2 ** 41],
  )
  assert.deepEqual([0, 1023, 1024, 1_572_864, 2 ** 41].map(formatBytes), [
    '0 B',
    '1023 B',
    '1.00 KiB',
    '1.50 MiB',
    '2.00 TiB',
  ])
})

test('a duration without a unit is in seconds', () => {
  assert.deepEqual(
    ['2', '250ms', '1.5s', '5m', '1h'].map((text) => parseDuration(text)),
    [2000, 250, 1500, 300_000, 3_600_000],
  )
})

test('what is not a quantity is a usage error', () => {
  for (const text of ['', '-1', '1e9', 'GiB', '1 GB', '0.3B', '99999999TiB', 'NaN'])
    assert.throws(() => parseBytes(text), { code: 'REQUEST_INVALID' }, text)
  for (const text of ['', '-1', '1.', '1.0000000000000000001', '0x10', '1,5'])
    assert.throws(() => parseStor(text), { code: 'REQUEST_INVALID' }, text)
  for (const text of ['', 's', '-5s', '5d']) assert.throws(() => parseDuration(text), { code: 'REQUEST_INVALID' }, text)
  for (const text of ['', '0', '11', '1.5', '1e1'])
    assert.throws(() => parseWhole(text, { min: 1, max: 10 }), { code: 'REQUEST_INVALID' }, text)
})

test('a quantity out of bounds is a usage error that names the bound', () => {
  assert.equal(parseStor('1.5', { max: 1_500_000_000_000_000_000n }), 1_500_000_000_000_000_000n)
  assert.throws(() => parseStor('1.6', { max: 1_500_000_000_000_000_000n }), /the largest is 1\.5$/u)
  assert.throws(() => parseStor('0', { min: 1n }), /the smallest is 0\.000000000000000001$/u)
  assert.throws(() => parseStor('9'.repeat(80)), /the largest is 1000000000000$/u)
  assert.throws(() => parseBytes('3MiB', { min: 1 << 20, max: 2 << 20 }), /is not from 1\.00 MiB to 2\.00 MiB/u)
  assert.throws(() => parseDuration('9'.repeat(400)), /is longer than 596h/u)
  assert.throws(() => parseDuration('25h', { maxMs: 86_400_000 }), /is longer than 24h/u)
})
