import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createProgram } from '../program.ts'
import { bashScript } from './bash-script.ts'
import { completionsAt } from './completions-at.ts'
import { fishScript } from './fish-script.ts'
import { treeTable } from './tree-table.ts'
import { zshScript } from './zsh-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-completion-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
const rows = treeTable(program)

test('commands and flags are completed wherever they stand', () => {
  const values = (...words: string[]) => completionsAt(program, words).candidates.map(({ value }) => value)
  assert.deepEqual(values('vol'), ['volume'])
  assert.ok(values('volume', '').includes('compact'))
  assert.deepEqual(values('--config', 'x', 'stake', 'wi'), ['withdraw'])
  assert.deepEqual(values('volume', 'compact', '--rel'), ['--release'])
  assert.ok(values('ls', '--').includes('--json'))
  assert.deepEqual(values('nonsense', 'x'), [])
})

test('values are told apart by what they name', () => {
  const kind = (...words: string[]) => completionsAt(program, words).kind
  assert.equal(kind('volume', 'show', ''), 'volume')
  assert.equal(kind('ls', '--volume', ''), 'volume')
  for (const command of ['get', 'ls', 'stat', 'rm', 'mv', 'verify', 'undelete'])
    assert.equal(kind(command, ''), 'remote path', command)
  assert.equal(kind('mv', 'a', ''), 'remote path')
  assert.equal(kind('put', 'a', 'b', ''), 'local path')
  assert.equal(kind('get', 'a', ''), 'local path')
  assert.equal(kind('--config', ''), 'local path')
  assert.equal(kind('stat', 'a', ''), undefined)
  assert.equal(kind('config', 'get', ''), 'setting')
  assert.equal(kind('net', 'lookup', ''), 'operator')
  assert.equal(kind('net', 'peers', '--provider', ''), 'provider')
  assert.equal(kind('stake', 'status', '--provider', ''), 'operator')
  assert.equal(kind('logs', '--node', ''), 'log')
})

/** What bash completes these lines to; the last word of each is at the cursor. */
function inBash(lines: readonly (readonly string[])[], program = 'storgo'): string[][] {
  const script = join(folder, 'storgo.bash')
  writeFileSync(script, bashScript(rows))
  const calls = lines.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    return `COMP_WORDS=(${program} ${quoted}); COMP_CWORD=${words.length}; _storgo; echo "\${COMPREPLY[*]}"`
  })
  const run = spawnSync('bash', ['-c', `set -eu\nsource ${script}\n${calls.join('\n')}`], {
    encoding: 'utf8',
    cwd: folder,
  })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => (line === '' ? [] : line.split(' ')))
}

test('bash completes every command and every flag as the shell of storgo does', () => {
  const lines = rows.flatMap(({ path }) => [
    [...path, ''],
    [...path, '--'],
    ['--config', 'somewhere', ...path, '--j'],
  ])
  const names = lines.filter((words) => words.at(-1) !== '' || completionsAt(program, words).candidates.length > 0)
  const expected = names.map((words) => completionsAt(program, words).candidates.map(({ value }) => value))
  assert.deepEqual(inBash(names), expected)
})

test('bash completes files where a path is wanted, and nothing after a flag whose value is none', () => {
  writeFileSync(join(folder, 'some-file'), '')
  assert.deepEqual(
    inBash([
      ['put', 'some'],
      ['--config', 'some'],
      ['--timeout', 'some'],
    ]),
    [['some-file'], ['some-file'], []],
  )
})

test('bash asks the program for names that are not in the script, with the words as they were typed', () => {
  const [asked, calls] = [join(folder, 'asked'), join(folder, 'calls')]
  writeFileSync(asked, `#!/bin/sh\necho "$@" >>'${calls}'\necho photos/; echo wrong >&2\n`, { mode: 0o700 })
  const lines = [
    ['get', 'pho'],
    ['mv', 'a', '"pho'],
    ['ls', '--volume', '2', 'p'],
    ['config', 'get', 'l'],
  ]
  const local = [
    ['get', 'a', 'pho'],
    ['put', 'pho'],
    ['stake', 'add', '5'],
  ]
  const found = inBash([...lines, ...local], asked)
  assert.deepEqual(found, [...lines.map(() => ['photos/']), ...local.map(() => [])])
  assert.deepEqual(
    readFileSync(calls, 'utf8').trimEnd().split('\n'),
    lines.map((line) => `__complete -- ${line.join(' ')}`),
  )
})

test('the scripts for zsh and fish name every command', () => {
  const [zsh, fish] = [zshScript(rows), fishScript(rows)]
  for (const { path } of rows) {
    if (path.length === 0) continue
    assert.ok(zsh.includes(`    '${path.join(' ')}')\n`), path.join(' '))
    assert.ok(fish.includes(`-a ${path.at(-1)} `), path.join(' '))
  }
})
