import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { writeResumable } from './resumable-file.ts'

const CONTENT = Buffer.from(Array.from({ length: 40 << 20 }, (_, i) => (i * 7 + (i >> 11)) & 255))
const remote = { volumeId: 3n, cid: 'bafk-one', size: CONTENT.length, modifiedMs: Date.UTC(2001, 1, 3) }
const options = { force: false, mustResume: false }
let folder: string
let target: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storgo-resume-'))
  target = join(folder, 'film.mkv')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The content from an offset on, in parts; breaks off before byte `end`. */
const from = (end = CONTENT.length) =>
  async function* (offset: number): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < end; at += 1 << 20) yield CONTENT.subarray(at, Math.min(end, at + (1 << 20)))
    if (end < CONTENT.length) throw new Error('the line is gone')
  }

async function interrupted(end: number): Promise<void> {
  await assert.rejects(writeResumable(target, remote, from(end), options), /the line is gone/u)
  assert.deepEqual(readdirSync(folder).sort(), ['film.mkv.storgo-part', 'film.mkv.storgo-part.json'])
}

test('an interrupted file goes on where it was, and is whole in the end', async () => {
  await interrupted(21 << 20)
  let resumed = 0
  const written = await writeResumable(target, remote, from(), {
    ...options,
    onResumed: (bytes) => {
      resumed = bytes
    },
  })
  assert.deepEqual([resumed, written], [21 << 20, 19 << 20])
  assert.ok(readFileSync(target).equals(CONTENT))
  assert.equal(statSync(target).mtimeMs, remote.modifiedMs)
  assert.deepEqual(readdirSync(folder), ['film.mkv'])
})

test('bytes of a part that were not made durable are fetched again', async () => {
  await interrupted(21 << 20)
  // As after a power cut: the file is longer than what it is known to hold, and wrong there.
  const part = `${target}.storgo-part`
  writeFileSync(`${part}.json`, JSON.stringify({ version: 1, volume: '3', cid: remote.cid, synced: 16 << 20 }))
  const bytes = readFileSync(part)
  bytes.fill(0, 16 << 20)
  writeFileSync(part, bytes)
  assert.equal(await writeResumable(target, remote, from(), options), 24 << 20)
  assert.ok(readFileSync(target).equals(CONTENT))
})

test('a file that has changed meanwhile is begun anew, unless going on was asked for', async () => {
  await interrupted(5 << 20)
  const changed = { ...remote, cid: 'bafk-two' }
  await assert.rejects(writeResumable(target, changed, from(), { ...options, mustResume: true }), {
    code: 'RESUME_INVALID',
  })
  assert.equal(await writeResumable(target, changed, from(), options), CONTENT.length)
  assert.ok(readFileSync(target).equals(CONTENT))
})

test('a part that lacks what it is said to hold, or says nothing that makes sense, is begun anew', async () => {
  for (const note of ['{', '{"version":1}', JSON.stringify({ version: 1, volume: '3', cid: remote.cid, synced: 9 })]) {
    writeFileSync(`${target}.storgo-part`, 'short')
    writeFileSync(`${target}.storgo-part.json`, note)
    assert.equal(await writeResumable(target, remote, from(), options), CONTENT.length)
    assert.ok(readFileSync(target).equals(CONTENT))
    rmSync(target)
  }
})

test('a target that is there is left alone', async () => {
  writeFileSync(target, 'mine')
  await assert.rejects(writeResumable(target, remote, from(), options), { code: 'FILE_EXISTS' })
  assert.equal(readFileSync(target, 'utf8'), 'mine')
})
