import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { describeLogLine, parseLogLine } from './log-line.ts'

test("a node's JSON line has its time, level, message and the other fields", () => {
  const line = parseLogLine(
    'provider-1',
    '{"level":"warn","time":"2026-11-23T01:43:33.784Z","epoch":18,"msg":"proof late"}',
  )
  assert.deepEqual(line, {
    node: 'provider-1',
    time: '2026-11-23T01:43:33.784Z',
    level: 'warn',
    message: 'proof late',
    fields: { epoch: 18 },
  })
  assert.equal(describeLogLine(line, 10), '01:43:33.784 provider-1 warn  proof late epoch=18')
})

test('any other text is a line too, as it is', async () => {
  await fc.assert(
    fc.property(fc.string(), (text) => {
      const line = parseLogLine('x', text)
      assert.equal(line.node, 'x')
      if (line.level === null && line.time === null) assert.ok(line.message === text || text.startsWith('{'))
    }),
  )
  for (const text of ['{}', '{"msg":1}', '{', 'null', '[]', '{"msg":"m","time":"never","level":"loud"}'])
    assert.deepEqual([parseLogLine('x', text).time, parseLogLine('x', text).level], [null, null], text)
})

test('what a log holds cannot steer a terminal', () => {
  const line = parseLogLine('x', '\u001b[2Jgone\u0007')
  assert.equal(describeLogLine(line, 1).includes('\u001b'), false)
})
