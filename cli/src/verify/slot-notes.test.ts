import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlotNotes } from './slot-notes.ts'

test('a slot is noted once for each kind of trouble, and wrong bytes are told from none', () => {
  const notes = new SlotNotes()
  const tell = (slot: unknown, code: unknown) =>
    notes.logger.warn({ slot, provider: '0x1', code, reason: 'because' }, 'slot failed')
  tell(3, 'PEER_UNREACHABLE')
  tell(3, 'PEER_UNREACHABLE')
  tell(1, 'PROOF_INVALID')
  tell(undefined, 'TIMED_OUT')
  tell(2, 'something else')
  assert.deepEqual(
    notes.all.map(({ slot, code, wrong }) => [slot, code, wrong]),
    [
      [1, 'PROOF_INVALID', true],
      [3, 'PEER_UNREACHABLE', false],
    ],
  )
})
