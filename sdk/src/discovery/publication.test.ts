import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Publication } from './publication.ts'

const HOUR_MS = 3_600_000
const state = { nowMs: 0, addresses: '/ip4/10.0.0.1/tcp/4001', contacts: 20 }
const published = (kept: number, contacts = 20) => {
  const publication = new Publication()
  publication.done({ ...state, contacts }, kept)
  return publication
}

test('a record is due at first, after an hour, and when the addresses have changed', () => {
  assert.equal(new Publication().isDue(state), true)
  const publication = published(20)
  assert.equal(publication.isDue({ ...state, nowMs: HOUR_MS - 1 }), false)
  assert.equal(publication.isDue({ ...state, nowMs: HOUR_MS }), true)
  assert.equal(publication.isDue({ ...state, addresses: '/ip4/10.0.0.2/tcp/4001' }), true)
})

test('a record is due again while fewer than half of those wanted keep it', () => {
  assert.equal(published(0).isDue(state), true)
  assert.equal(published(9).isDue(state), true)
  assert.equal(published(10).isDue(state), false)
  // Of four that there are, two will do.
  assert.equal(published(2, 4).isDue({ ...state, contacts: 4 }), false)
})

test('a record is due again when half as many more peers are known as when it was put', () => {
  assert.equal(published(20).isDue({ ...state, contacts: 30 }), false)
  assert.equal(published(20).isDue({ ...state, contacts: 31 }), true)
  assert.equal(published(20).isDue({ ...state, contacts: 5 }), false)
})
