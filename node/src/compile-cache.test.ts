import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compileCacheFolder } from './compile-cache.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-cache-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('compiled code is kept in the cache folder of the user, for the user alone', () => {
  const base = join(folder, 'new', 'cache')
  const kept = compileCacheFolder({ XDG_CACHE_HOME: base })
  assert.equal(kept, join(base, 'storgo'))
  assert.equal(statSync(join(base, 'storgo')).mode & 0o777, 0o700)
  assert.equal(compileCacheFolder({ XDG_CACHE_HOME: base }), kept)
})

test('a cache folder that is not absolute is ignored', () => {
  for (const XDG_CACHE_HOME of ['', 'cache', './cache']) {
    const kept = compileCacheFolder({ XDG_CACHE_HOME })
    assert.ok(kept === undefined || kept === join(homedir(), '.cache', 'storgo'), kept)
  }
})

test('nothing is kept where others can write, through a link, or where no folder can be', () => {
  const open = join(folder, 'open')
  mkdirSync(join(open, 'storgo'), { recursive: true })
  chmodSync(join(open, 'storgo'), 0o770)
  const linked = join(folder, 'linked')
  mkdirSync(linked)
  symlinkSync(folder, join(linked, 'storgo'))
  const file = join(folder, 'file')
  writeFileSync(file, '')
  for (const XDG_CACHE_HOME of [open, linked, file])
    assert.equal(compileCacheFolder({ XDG_CACHE_HOME }), undefined, XDG_CACHE_HOME)
})
