import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FileQueue } from './file-queue.ts'
import type { FileSource } from './file-source.ts'

const aFile = (path: string): FileSource => ({ path, modifiedMs: 0, mediaType: '', open: async function* () {} })

async function rest(queue: FileQueue): Promise<string[]> {
  const paths: string[] = []
  for (let file = await queue.next(); file; file = await queue.next()) paths.push(file.path)
  return paths
}

test('files that are not certified are handed out again, in their order, and the list is read once', async () => {
  let reads = 0
  async function* files() {
    reads++
    for (const path of ['a', 'b', 'c', 'd', 'e']) yield aFile(path)
  }
  const queue = new FileQueue(files())
  for (const path of ['a', 'b', 'c']) assert.equal((await queue.next())?.path, path)
  queue.certified(1)
  assert.equal((await queue.next())?.path, 'd')
  queue.rewind()
  assert.equal((await queue.next())?.path, 'c')
  queue.rewind()
  assert.deepEqual(await rest(queue), ['c', 'd', 'e'])
  queue.certified(0)
  queue.rewind()
  assert.deepEqual(await rest(queue), [])
  assert.equal(reads, 1)
})

test('a list that is given up is closed', async () => {
  let closed = false
  function* files() {
    try {
      yield aFile('a')
    } finally {
      closed = true
    }
  }
  const queue = new FileQueue(files())
  await queue.next()
  await queue.end()
  assert.equal(closed, true)
})
