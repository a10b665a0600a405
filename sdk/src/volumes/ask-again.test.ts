import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { askAgain } from './ask-again.ts'

const refused = new StorgoError('PEER_UNREACHABLE', 'takes no request', { protocol: '/x' })
const broken = new StorgoError('PEER_UNREACHABLE', 'broke off')
const unreachable = new StorgoError('PEER_UNREACHABLE', 'no connection', { operator: '0x' })
const silent = new StorgoError('TIMED_OUT', 'silent')

/** Asks a peer that fails in the given ways before it answers; tells how often it was asked. */
async function outcome(failures: StorgoError[], repeatable: boolean): Promise<string> {
  let asked = 0
  const ask = async () => {
    const failure = failures[asked++]
    if (failure) throw failure
    return 'answer'
  }
  const result = await askAgain(ask, { repeatable }).catch((error: StorgoError) => error.message)
  return `${result} ${asked}`
}

test('a request that was not taken is made again, a repeatable one also when the connection broke', async () => {
  assert.equal(await outcome([refused, refused], false), 'answer 3')
  assert.equal(await outcome([broken], true), 'answer 2')
  assert.equal(await outcome([broken], false), 'broke off 1')
})

test('a peer that is gone or silent is not asked again, and nobody is for ever', async () => {
  assert.equal(await outcome([unreachable], true), 'no connection 1')
  assert.equal(await outcome([silent], true), 'silent 1')
  assert.equal(await outcome([refused, refused, refused], true), 'takes no request 3')
})
