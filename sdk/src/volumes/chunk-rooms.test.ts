import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SEALED_CHUNK_BYTES } from '@storgo/protocol'
import { ChunkRooms } from './chunk-rooms.ts'

test('room that was given back is used again, and room that was not never', () => {
  const rooms = new ChunkRooms()
  const [first, second] = [rooms.take(10), rooms.take(SEALED_CHUNK_BYTES)]
  assert.deepEqual([first.length, second.length], [10, SEALED_CHUNK_BYTES])
  assert.notEqual(first.buffer, second.buffer)
  rooms.give(first)
  const third = rooms.take(20)
  assert.equal(third.buffer, first.buffer)
  assert.equal(third.length, 20)
  assert.notEqual(rooms.take(1).buffer, third.buffer)
})

test('what is larger than any chunk gets memory of its own, which is not kept', () => {
  const rooms = new ChunkRooms()
  const large = rooms.take(SEALED_CHUNK_BYTES + 1)
  assert.equal(large.length, SEALED_CHUNK_BYTES + 1)
  rooms.give(large)
  assert.notEqual(rooms.take(1).buffer, large.buffer)
})

test('no more room is kept than a reader has chunks on their way', () => {
  const rooms = new ChunkRooms()
  const taken = Array.from({ length: 9 }, () => rooms.take(1))
  for (const one of taken) rooms.give(one)
  const buffers = new Set(taken.map(({ buffer }) => buffer))
  const again = Array.from({ length: 9 }, () => rooms.take(1))
  assert.equal(again.filter(({ buffer }) => buffers.has(buffer)).length, 8)
})
