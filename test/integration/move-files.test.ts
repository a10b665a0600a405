import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { VolumeClient } from '@storgo/sdk'
import { aFile, sha256 } from './volumes/a-file.ts'
import { SlotsInProcess } from './volumes/slots-in-process.ts'

const BYTES = 1_500_000
let slots: SlotsInProcess
let volume: VolumeClient

before(async () => {
  slots = await SlotsInProcess.open({ k: 2, m: 1 })
  volume = slots.client().volume
})
after(() => slots[Symbol.asyncDispose]())

const pathsOf = async () => (await volume.list()).map(({ path }) => path)

test('a file has another path after one state, with the same content, time and type, and no byte was moved', async () => {
  const file = aFile('old', BYTES)
  const before = await volume.put([file])
  const was = await volume.stat('old')
  const result = await volume.move('old', 'new/place')
  assert.deepEqual(
    [result.files, result.plainBytes, result.replaced, result.nonce, result.full],
    [1, BYTES, 0, before.nonce + 1n, true],
  )
  assert.deepEqual(await volume.stat('new/place'), { ...was, path: 'new/place' })
  assert.equal(await volume.stat('old'), undefined)
  assert.equal(await sha256(volume.get('new/place')), await sha256(file.open()))
})

test('a folder takes all below it along, and nothing that only begins like it', async () => {
  await volume.put(['f/a', 'f/b/c', 'f/b', 'fg'].map((path) => aFile(path, 10)))
  const { files } = await volume.move('f/b', 'f/moved')
  assert.equal(files, 2)
  assert.deepEqual(await pathsOf(), ['f/a', 'f/moved', 'f/moved/c', 'fg', 'new/place'])
  await volume.move('f', 'h/i')
  assert.deepEqual(await pathsOf(), ['fg', 'h/i/a', 'h/i/moved', 'h/i/moved/c', 'new/place'])
})

test('a folder may move up into the place of its own parent', async () => {
  await volume.put(['u/u/u/x', 'u/u/y'].map((path) => aFile(path, 10)))
  await volume.move('u/u', 'u')
  assert.deepEqual(
    (await pathsOf()).filter((path) => path.startsWith('u')),
    ['u/u/x', 'u/y'],
  )
})

test('a file that is in the way stays, and so does everything else, unless it is to be replaced', async () => {
  await volume.put([aFile('w/1', 11), aFile('w/2', 12), aFile('z/2', BYTES, { seed: 9 })])
  const before = await pathsOf()
  await assert.rejects(volume.move('w', 'z'), { code: 'FILE_EXISTS' })
  assert.deepEqual(await pathsOf(), before)
  assert.equal((await volume.stat('z/2'))?.size, BYTES)
  const { files, replaced } = await volume.move('w', 'z', { replace: true })
  assert.deepEqual([files, replaced], [2, 1])
  assert.equal((await volume.stat('z/2'))?.size, 12)
  assert.equal(await volume.stat('w/2'), undefined)
  // What was replaced is not named any more, so it can be freed.
  await assert.doesNotReject(volume.remove(['z/1', 'z/2']))
})

test('what is not there, and a move of something into itself, are refused', async () => {
  await assert.rejects(volume.move('nothing', 'something'), { code: 'FILE_NOT_FOUND' })
  await assert.rejects(volume.move('fg', 'fg'), { code: 'REQUEST_INVALID' })
  await assert.rejects(volume.move('fg', 'fg/h'), { code: 'REQUEST_INVALID' })
  await assert.rejects(volume.move('fg', '../up'), { code: 'PATH_INVALID' })
})

test('a move at the same time as a put into the folder loses nothing', async () => {
  await volume.put([aFile('s/1', 10)])
  await Promise.all([volume.put([aFile('s/2', 20)]), volume.move('s', 't'), volume.put([aFile('s/3', 30)])])
  const sizes = (await volume.list()).filter(({ path }) => /^[st]\//u.test(path)).map(({ size }) => size)
  assert.deepEqual(sizes.toSorted(), [10, 20, 30])
  assert.equal((await volume.stat('t/1'))?.size, 10)
})
