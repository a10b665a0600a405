import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { Output } from './output.ts'
import { reportFailure, reportInterruption } from './report-failure.ts'

function collect({ json }: { json: boolean }): { output: Output; out: string[]; err: string[] } {
  const out: string[] = []
  const err: string[] = []
  const sink = (lines: string[]) => ({ write: (text: string | Uint8Array) => lines.push(String(text)) })
  return { output: new Output({ stdout: sink(out), stderr: sink(err), json, quiet: false, color: false }), out, err }
}

test('a failure says what, why, the exact next command and its code', () => {
  const { output, out, err } = collect({ json: false })
  const cause = new Error('mode is 644\nand a page of advice')
  const error = new StorgoError('KEY_FILE_EXPOSED', 'others may read /a b/key', { path: '/a b/key' }, { cause })
  assert.equal(reportFailure(output, error), 4)
  assert.deepEqual(out, [])
  assert.equal(
    err.join(''),
    "error: others may read /a b/key [KEY_FILE_EXPOSED]\n  why:  mode is 644\n  next: chmod 600 '/a b/key'\n",
  )
})

test('with --json a failure is one object on stderr, and stdout stays clean', () => {
  const { output, out, err } = collect({ json: true })
  const error = new StorgoError('INSUFFICIENT_FUNDS', 'too little', { account: '0xab', missing: 10n ** 20n })
  assert.equal(reportFailure(output, error), 4)
  assert.deepEqual(out, [])
  assert.equal(err.length, 1)
  assert.deepEqual(JSON.parse(err[0]!), {
    schema: 'storgo.error/1',
    code: 'INSUFFICIENT_FUNDS',
    message: 'too little',
    details: { account: '0xab', missing: '100000000000000000000' },
    next: 'storgo dev fund 0xab',
    exitCode: 4,
  })
})

test('an error without a name of ours is INTERNAL, and shows where it comes from', () => {
  const { output, err } = collect({ json: false })
  assert.equal(reportFailure(output, new TypeError('boom')), 1)
  assert.match(err.join(''), /^error: boom \[INTERNAL\]\n[\s\S]*report-failure\.test\.ts/u)
})

test('an interrupted command exits with 130', () => {
  assert.equal(reportInterruption(collect({ json: true }).output), 130)
})
