import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MOST_LINES, readHistory, remember, writeHistory } from './history-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-history-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('what was typed is there again, newest first, for its owner alone', async () => {
  const path = join(folder, 'new', 'history')
  assert.deepEqual(await readHistory(path), [])
  await writeHistory(path, ['second', 'first'])
  assert.deepEqual(await readHistory(path), ['second', 'first'])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('it never grows beyond its bound', async () => {
  const path = join(folder, 'long')
  let lines: string[] = []
  for (let i = 0; i < MOST_LINES + 10; i++) lines = remember(lines, `line ${i}`)
  assert.equal(lines.length, MOST_LINES)
  await writeHistory(path, lines)
  assert.deepEqual(await readHistory(path), lines)
  writeFileSync(path, 'x\n'.repeat(3 * MOST_LINES))
  assert.equal((await readHistory(path)).length, MOST_LINES)
})

test('blank lines, repeated ones, and those that begin with a space are not remembered', () => {
  for (const line of ['', '  ', ' secret', 'ls']) assert.deepEqual(remember(['ls'], line), ['ls'], line)
  assert.deepEqual(remember(['ls'], 'stat a'), ['stat a', 'ls'])
})
