import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TailedFile } from './tailed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-tail-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const aPath = () => join(folder, `${files++}.log`)

async function allOf(file: TailedFile): Promise<string[]> {
  const lines: string[] = []
  for (let line = await file.next(); line !== undefined; line = await file.next()) lines.push(line)
  return lines
}

test('all lines of a file are read, the last one also without its end', async () => {
  const path = aPath()
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} äöü`)
  writeFileSync(path, lines.join('\n'))
  await using file = new TailedFile(path, { follow: false })
  assert.deepEqual(await allOf(file), lines)
})

test('of a file that is followed a line is read once it is whole', async () => {
  const path = aPath()
  await using file = new TailedFile(path, { follow: true })
  assert.deepEqual(await allOf(file), [], 'it is not there yet')
  writeFileSync(path, 'one\ntw')
  assert.deepEqual(await allOf(file), ['one'])
  appendFileSync(path, 'o\nthree\n')
  assert.deepEqual(await allOf(file), ['two', 'three'])
})

test('a file that was truncated is read from its start, also when it has grown beyond where it was', async () => {
  const path = aPath()
  await using file = new TailedFile(path, { follow: true })
  writeFileSync(path, 'a 1\na 2\n')
  assert.deepEqual(await allOf(file), ['a 1', 'a 2'])
  truncateSync(path)
  assert.deepEqual(await allOf(file), [])
  appendFileSync(path, 'b 1\n')
  assert.deepEqual(await allOf(file), ['b 1'])
  truncateSync(path)
  appendFileSync(path, 'c 1\nc 2\nc 3\n')
  assert.deepEqual(await allOf(file), ['c 1', 'c 2', 'c 3'])
})

test('of a file that was rotated the rest is read, and then the new one', async () => {
  const path = aPath()
  await using file = new TailedFile(path, { follow: true })
  writeFileSync(path, 'old 1\n')
  assert.deepEqual(await allOf(file), ['old 1'])
  appendFileSync(path, 'old 2\nold 3')
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'new 1\n')
  assert.deepEqual(await allOf(file), ['old 2', 'old 3', 'new 1'])
})

test('a line that never ends is cut, and what follows it is read', async () => {
  const path = aPath()
  writeFileSync(path, `${'x'.repeat(1_000_000)}\nnext\n`)
  await using file = new TailedFile(path, { follow: false })
  const [long, next] = await allOf(file)
  assert.ok((long?.length ?? 0) < 200_000 && long?.endsWith('(cut)'), `${long?.length}`)
  assert.equal(next, 'next')
})
