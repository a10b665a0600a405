import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { writeLocalFile } from './local-target.ts'

const MODIFIED_MS = Date.UTC(2001, 1, 3)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storgo-target-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half')
  throw new Error('gone')
}

test('a file appears whole, with its time, in folders that are made for it', async () => {
  const target = join(folder, 'x', 'y', 'ä 🌍.txt')
  assert.equal(await writeLocalFile(target, parts('one ', 'two'), { force: false, modifiedMs: MODIFIED_MS }), 7)
  assert.equal(readFileSync(target, 'utf8'), 'one two')
  assert.equal(statSync(target).mtimeMs, MODIFIED_MS)
  assert.deepEqual(readdirSync(join(folder, 'x', 'y')), ['ä 🌍.txt'])
})

test('a failure leaves nothing, and a file that was there as it was', async () => {
  const target = join(folder, 'kept')
  await assert.rejects(writeLocalFile(target, failing(), { force: false, modifiedMs: 0 }), /gone/u)
  assert.deepEqual(readdirSync(folder), [])
  writeFileSync(target, 'before')
  await assert.rejects(writeLocalFile(target, failing(), { force: true, modifiedMs: 0 }), /gone/u)
  assert.deepEqual(readdirSync(folder), ['kept'])
  assert.equal(readFileSync(target, 'utf8'), 'before')
})

test('a file is replaced only with force, also one that appears while the bytes come in', async () => {
  const target = join(folder, 'kept')
  async function* slow(): AsyncGenerator<Uint8Array> {
    writeFileSync(target, 'before')
    yield Buffer.from('after')
  }
  await assert.rejects(writeLocalFile(target, slow(), { force: false, modifiedMs: 0 }), { code: 'FILE_EXISTS' })
  assert.equal(readFileSync(target, 'utf8'), 'before')
  assert.deepEqual(readdirSync(folder), ['kept'])
  await writeLocalFile(target, parts('after'), { force: true, modifiedMs: 0 })
  assert.equal(readFileSync(target, 'utf8'), 'after')
})

test('a name as long as the file system allows still has room for its temporary file', async () => {
  const target = join(folder, 'n'.repeat(255))
  await writeLocalFile(target, parts('x'), { force: false, modifiedMs: 0 })
  assert.equal(readFileSync(target, 'utf8'), 'x')
})

test('a folder in the way is not replaced', async () => {
  const target = join(folder, 'kept')
  mkdirSync(target)
  await assert.rejects(writeLocalFile(target, parts('x'), { force: false, modifiedMs: 0 }), { code: 'FILE_EXISTS' })
  await assert.rejects(writeLocalFile(target, parts('x'), { force: true, modifiedMs: 0 }))
  assert.deepEqual(readdirSync(folder), ['kept'])
})
