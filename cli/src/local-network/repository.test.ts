import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { networkFolder, repositoryOfNetwork } from './repository.ts'

const outside = mkdtempSync(join(tmpdir(), 'storgo-repository-'))
after(() => rmSync(outside, { recursive: true }))
const REPOSITORY = resolve(import.meta.dirname, '../../..')

test('the repository is found from this file upwards', () => {
  assert.equal(repositoryOfNetwork().root, REPOSITORY)
})

test('a folder that is named is the network, wherever one stands', () => {
  assert.equal(networkFolder(outside, 'net'), join(outside, 'net'))
})

test('a network belongs to the repository for all that is in it, and to the current folder elsewhere', () => {
  const own = join(REPOSITORY, '.storgo', 'local')
  for (const cwd of [REPOSITORY, join(REPOSITORY, 'cli', 'src')]) assert.equal(networkFolder(cwd, undefined), own)
  for (const cwd of [outside, join(outside, 'below')])
    assert.equal(networkFolder(cwd, undefined), join(cwd, '.storgo', 'local'))
})

test('where a network has run above the current folder, that one is meant', () => {
  const folder = join(outside, 'project', '.storgo', 'local')
  mkdirSync(join(folder, 'logs'), { recursive: true })
  const below = join(outside, 'project', 'src', 'deep')
  mkdirSync(below, { recursive: true })
  assert.equal(networkFolder(below, undefined), folder)
})
