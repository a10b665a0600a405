import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interruptions } from './interruptions.ts'

test('Ctrl-C ends the innermost alone, and the next one goes on', () => {
  const interruptions = new Interruptions()
  using shell = interruptions.begin()
  {
    using command = interruptions.begin()
    assert.equal(interruptions.interrupt(), false)
    assert.ok(command.signal.aborted)
    assert.equal(interruptions.interrupt(), true, 'it was told before')
  }
  assert.equal(shell.signal.aborted, false)
  using next = interruptions.begin()
  assert.equal(next.signal.aborted, false)
  assert.equal(interruptions.interrupt(), false)
  assert.ok(next.signal.aborted && !shell.signal.aborted)
})

test('what ends the process ends all of them', () => {
  const interruptions = new Interruptions()
  using shell = interruptions.begin()
  using command = interruptions.begin()
  assert.equal(interruptions.terminate(), false)
  assert.ok(shell.signal.aborted && command.signal.aborted)
  assert.equal(interruptions.terminate(), true)
})
