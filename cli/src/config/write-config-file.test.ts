import assert from 'node:assert/strict'
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { readConfigFile } from '@storgo/node/config'
import { writeConfigFile } from './write-config-file.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-write-'))
  path = join(folder, 'node.yaml')
  await writeFile(path, 'dataDir: /a\n')
})
afterEach(() => rm(folder, { recursive: true }))

test('a file is replaced with the mode that it had', async () => {
  for (const mode of [0o600, 0o644, 0o664]) {
    await chmod(path, mode)
    await writeConfigFile(await readConfigFile(path), `dataDir: /${mode}\n`)
    assert.equal((await stat(path)).mode & 0o777, mode)
    assert.equal(await readFile(path, 'utf8'), `dataDir: /${mode}\n`)
  }
  assert.deepEqual(await readdir(folder), ['node.yaml'])
})

test('a link stays one, and what it points to is replaced', async () => {
  const link = join(folder, 'link.yaml')
  await symlink('node.yaml', link)
  await writeConfigFile(await readConfigFile(link), 'dataDir: /b\n')
  assert.ok((await lstat(link)).isSymbolicLink())
  assert.equal(await readFile(path, 'utf8'), 'dataDir: /b\n')
})

test('what somebody else has written meanwhile is not overwritten', async () => {
  const file = await readConfigFile(path)
  await writeFile(path, 'dataDir: /theirs\n')
  await assert.rejects(writeConfigFile(file, 'dataDir: /mine\n'), { code: 'REQUEST_INVALID' })
  assert.equal(await readFile(path, 'utf8'), 'dataDir: /theirs\n')
  assert.deepEqual(await readdir(folder), ['node.yaml'])
})
