import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StageRoom } from './stage-room.ts'

test('more room can be used at once; less takes nothing away, and gives nothing until enough is free', () => {
  const room = new StageRoom(2, [0, 1])
  assert.throws(() => room.take(), { code: 'DISK_FULL' })
  room.resize(3)
  const third = room.take()
  room.resize(1)
  assert.deepEqual(room.usage, { stored: 2, staged: 1, capacity: 1 })
  room.unstage(third)
  room.free(1)
  assert.throws(() => room.take(), { code: 'DISK_FULL' })
  room.free(0)
  assert.equal(room.take(), 0)
})
