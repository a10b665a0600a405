import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

/** What a process prints that logs one line with these fields. */
async function printed(format: 'json' | 'pretty', fields: string): Promise<string> {
  const script = `
    const { createLogger } = await import('./telemetry/logger.ts')
    const { StorgoError } = await import('@storgo/protocol')
    createLogger({ level: 'info', format: '${format}' }).warn(${fields}, 'it happened')`
  const options = { cwd: `${import.meta.dirname}/..` }
  return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options)).stdout
}

test('a line is JSON with level, time, fields and message', async () => {
  const { time, ...line } = JSON.parse(await printed('json', '{ epoch: 3 }'))
  assert.deepEqual(line, { level: 'warn', epoch: 3, msg: 'it happened' })
  assert.equal(new Date(time).toISOString(), time)
})

test('an error is its code, text, details and cause', async () => {
  const error =
    "new StorgoError('STATE_STALE', 'Stale.', { nonce: 5n }, { cause: new StorgoError('TIMED_OUT', 'Slow.') })"
  assert.deepEqual(JSON.parse(await printed('json', `{ error: ${error} }`)).error, {
    ...{ code: 'STATE_STALE', message: 'Stale.', details: { nonce: '5' } },
    cause: { code: 'TIMED_OUT', message: 'Slow.', details: {} },
  })
})

test('secrets do not reach the log', async () => {
  const text = await printed('json', "{ password: 'hunter2', operator: { privateKey: 'hunter2' } }")
  assert.equal(text.includes('hunter2'), false)
})

test('the format for people is one line of text', async () => {
  assert.match(await printed('pretty', '{ epoch: 3 }'), /^\d\d:\d\d:\d\d warn {2}it happened epoch=3\n$/)
})

test('level and format are those of the moment', async () => {
  const script = `
    const { createLogger } = await import('./telemetry/logger.ts')
    const log = { level: 'info', format: 'json' }
    const logger = createLogger(log)
    logger.debug({}, 'not yet')
    logger.info({}, 'as JSON')
    log.format = 'pretty'
    logger.level = 'debug'
    logger.debug({}, 'as text')`
  const options = { cwd: `${import.meta.dirname}/..` }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options)
  assert.match(stdout, /^\{.*"msg":"as JSON"\}\n\d\d:\d\d:\d\d debug as text\n$/)
})
