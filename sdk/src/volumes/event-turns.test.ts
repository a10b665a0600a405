import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventTurns } from './event-turns.ts'

test('a timer that is due fires in the middle of work that never waits for anything', async () => {
  const turns = new EventTurns()
  let fired = false
  setTimeout(() => {
    fired = true
  })
  const deadlineMs = performance.now() + 5_000
  while (!fired && performance.now() < deadlineMs) await turns.take()
  assert.equal(fired, true)
})
