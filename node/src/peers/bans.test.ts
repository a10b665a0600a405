import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bans } from './bans.ts'

const HOUR_MS = 3_600_000

test('a lie is a ban at once, an accident only when it happens again and again', () => {
  const bans = new Bans(() => 1_000)
  assert.equal(bans.offended('liar', 'frame-giant')?.reason, 'frame-giant')
  for (let i = 0; i < 9; i++) assert.equal(bans.offended('clumsy', 'message-malformed'), undefined)
  assert.equal(bans.of('clumsy'), undefined)
  assert.equal(bans.offended('clumsy', 'message-malformed')?.reason, 'message-malformed')
})

test('what was long ago counts for little', () => {
  let nowMs = 0
  const bans = new Bans(() => nowMs)
  for (let i = 0; i < 40; i++) {
    assert.equal(bans.offended('slow', 'request-slow'), undefined)
    nowMs += HOUR_MS / 6
    assert.equal(bans.of('slow'), undefined)
  }
})

test('a ban ends by itself, and the next one lasts twice as long', () => {
  let nowMs = 0
  const bans = new Bans(() => nowMs)
  assert.equal(bans.offended('liar', 'bytes-false')?.untilMs, HOUR_MS)
  assert.equal(bans.offended('liar', 'bytes-false'), undefined)
  nowMs = HOUR_MS
  assert.equal(bans.of('liar'), undefined)
  assert.deepEqual(bans.list(), [])
  assert.equal(bans.offended('liar', 'bytes-false')?.untilMs, 3 * HOUR_MS)
})

test('an operator bans without end, lifts bans, and finds them again after a restart', () => {
  const bans = new Bans(() => 5)
  bans.ban('enemy', { reason: 'by hand' })
  bans.ban('nuisance', { reason: 'noise', forMs: 10 })
  const again = new Bans(() => 14, bans.list())
  assert.deepEqual(again.of('enemy'), { peerId: 'enemy', reason: 'by hand', by: 'operator', sinceMs: 5, untilMs: null })
  assert.equal(again.of('nuisance')?.untilMs, 15)
  assert.equal(again.lift('enemy'), true)
  assert.equal(again.lift('enemy'), false)
  assert.equal(again.of('enemy'), undefined)
})
