import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EntryDraft } from './entry-draft.ts'

const digest = new Uint8Array(32).fill(7)
const aChunk = { offset: 0, sealedBytes: 100, refs: 1 }
const aFile = { digest, fileKey: digest, size: 10, modifiedMs: 0, mediaType: 'text/plain' }
const nothing = { get: async () => undefined }

test('a draft on top of another sees its changes, and keeps its own to itself until they are merged', async () => {
  const below = new EntryDraft(nothing)
  below.setChunk(digest, aChunk)
  const above = new EntryDraft(below)
  assert.deepEqual(await above.chunk(digest), aChunk)
  above.setChunk(digest, undefined)
  above.setFile('a', aFile, undefined)
  assert.equal(await above.chunk(digest), undefined)
  assert.deepEqual(await below.chunk(digest), aChunk)
  assert.equal(await below.file('a'), undefined)
  below.merge(above)
  assert.equal(await below.chunk(digest), undefined)
  assert.deepEqual(await below.file('a'), aFile)
  assert.equal(above.changes, 0)
})

test('what drafts change adds up in what the catalog counts', () => {
  const below = new EntryDraft(nothing)
  below.setFile('a', aFile, undefined)
  const above = new EntryDraft(below)
  above.setFile('b', aFile, undefined)
  above.setFile('a', undefined, aFile)
  below.merge(above)
  const { changes, files, plainBytes } = below.takeAll()
  assert.deepEqual([changes.length, files, plainBytes], [2, 1, 10])
  assert.deepEqual([below.changes, below.takeAll().files], [0, 0])
})
