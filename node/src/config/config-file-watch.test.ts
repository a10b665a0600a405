import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { ConfigFileWatch } from './config-file-watch.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-watch-'))
  file = join(folder, 'node.yaml')
  await writeFile(file, 'a: 1')
})
afterEach(() => rm(folder, { recursive: true }))

/** What some looks in a row find. */
async function looks(watch: ConfigFileWatch, count: number): Promise<boolean[]> {
  const found: boolean[] = []
  for (let look = 0; look < count; look++) found.push(await watch.look())
  return found
}

test('a file that nobody touches is never said to have changed', async () => {
  using watch = await ConfigFileWatch.of(file)
  assert.deepEqual(await looks(watch, 3), [false, false, false])
})

test('a file that was written in place is said to have changed once, when it is at rest', async () => {
  using watch = await ConfigFileWatch.of(file)
  await writeFile(file, 'a: 22')
  assert.deepEqual(await looks(watch, 1), [false])
  await writeFile(file, 'a: 333')
  assert.deepEqual(await looks(watch, 4), [false, true, false, false])
})

test('a file that another one replaced has changed, also while it is not there for a moment', async () => {
  using watch = await ConfigFileWatch.of(file)
  await rename(file, `${file}~`)
  assert.deepEqual(await looks(watch, 1), [false])
  await writeFile(join(folder, 'new'), 'a: 2')
  await rename(join(folder, 'new'), file)
  assert.deepEqual(await looks(watch, 3), [false, true, false])
})

test('a file that went away has changed', async () => {
  using watch = await ConfigFileWatch.of(file)
  await rm(file)
  assert.deepEqual(await looks(watch, 3), [false, true, false])
})

test('a link that points elsewhere has changed', async () => {
  for (const version of ['one', 'two']) {
    await mkdir(join(folder, version))
    await writeFile(join(folder, version, 'node.yaml'), 'a: 1')
  }
  await symlink('one', join(folder, 'current'))
  using watch = await ConfigFileWatch.of(join(folder, 'current', 'node.yaml'))
  await symlink('two', join(folder, 'next'))
  await rename(join(folder, 'next'), join(folder, 'current'))
  assert.deepEqual(await looks(watch, 3), [false, true, false])
})
