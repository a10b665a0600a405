import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangingPause } from './changing-pause.ts'

const HOUR_MS = 3_600_000

test('a pause that is given less time while it lasts ends at once, if that has passed already', async () => {
  const pause = new ChangingPause()
  let lengthMs = HOUR_MS
  const over = pause.last(() => lengthMs, AbortSignal.timeout(60_000))
  lengthMs = 0
  pause.reconsider()
  await over
})

test('a pause that is given more time goes on', async () => {
  const pause = new ChangingPause()
  const stopping = new AbortController()
  let lengthMs = 20
  let isOver = false
  const over = pause
    .last(() => lengthMs, stopping.signal)
    .then(() => {
      isOver = true
    })
  lengthMs = HOUR_MS
  pause.reconsider()
  await new ChangingPause().last(() => 60, stopping.signal)
  assert.equal(isOver, false)
  stopping.abort()
  await over
})

test('a pause is longer than the longest timer', async () => {
  const stopping = new AbortController()
  let isOver = false
  const over = new ChangingPause()
    .last(() => 365 * 24 * HOUR_MS, stopping.signal)
    .then(() => {
      isOver = true
    })
  await new ChangingPause().last(() => 20, stopping.signal)
  assert.equal(isOver, false)
  stopping.abort()
  await over
})

test('it ends with its signal, and does not begin after it', async () => {
  await new ChangingPause().last(() => HOUR_MS, AbortSignal.timeout(5))
  await new ChangingPause().last(() => HOUR_MS, AbortSignal.abort())
})
