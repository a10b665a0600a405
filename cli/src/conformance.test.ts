import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Argument, Command } from 'commander'
import { createProgram } from './program.ts'
import { factsOf, KNOWN_PATHS } from './reference/facts.ts'
import { parseCommandLine } from './reference/parse-command-line.ts'
import { commandsOf, pathOf } from './reference/walk-commands.ts'
import { lineSchemaOf, SCHEMA_NAMES } from './schemas/json-schema.ts'

const BIN = fileURLToPath(new URL('../bin/storgo.js', import.meta.url))
const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
const commands = commandsOf(program)
const folder = mkdtempSync(join(tmpdir(), 'storgo-conformance-'))
after(() => rmSync(folder, { recursive: true }))

/** A line that selects `command`: with what has to be there, and no more. */
function leastLine(command: Command): string[] {
  const flags = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', 'x'])
  return [...pathOf(command).split(' '), ...requiredOf(command).map(() => 'x'), ...flags]
}

const requiredOf = (command: Command): Argument[] => command.registeredArguments.filter(({ required }) => required)

/** That a line is wrong usage: told in one line of JSON on stderr, and nothing on stdout; and that nothing ran. */
async function isRefused(words: readonly string[]): Promise<void> {
  const { command, exitCode, out, err } = await parseCommandLine([...words, '--json'])
  const line = words.join(' ')
  assert.deepEqual([command, exitCode, out], [undefined, 2, ''], line)
  assert.match(err, /^[^\n]+\n$/u, line)
  const failure = lineSchemaOf('storgo.error/1').parse(JSON.parse(err))
  assert.partialDeepStrictEqual(failure, { code: 'REQUEST_INVALID', exitCode: 2 }, line)
}

test('something is written down of every command, of nothing else, and every record is that of a command', () => {
  assert.deepEqual(commands.map(pathOf).sort(), KNOWN_PATHS.toSorted())
  for (const command of commands) {
    const { data, without } = factsOf(pathOf(command))
    assert.equal(data.length > 0, without === undefined, pathOf(command))
    assert.notEqual(command.description(), '', pathOf(command))
  }
  const printed = new Set<string>(KNOWN_PATHS.flatMap((path) => factsOf(path).data))
  assert.deepEqual(
    SCHEMA_NAMES.filter((name) => !printed.has(name)),
    ['storgo.error/1'],
  )
})

test('--help of every command ends well, and names its arguments and all flags', async () => {
  for (const command of commands) {
    const { exitCode, out, err } = await parseCommandLine([...pathOf(command).split(' '), '--help'])
    assert.deepEqual([exitCode, err], [0, ''], pathOf(command))
    const names = command.registeredArguments.map((argument) => argument.name())
    const flags = [...command.options, ...program.options].filter(({ hidden }) => !hidden).map(({ flags }) => flags)
    for (const name of [...names, ...flags]) assert.ok(out.includes(name), `${pathOf(command)}: ${name}`)
  }
})

test('an unknown flag is wrong usage of every command', async () => {
  for (const command of commands) await isRefused([...leastLine(command), '--nonsense'])
})

test('an argument too many is wrong usage of every command that takes no list', async () => {
  for (const command of commands) {
    if (command.registeredArguments.some(({ variadic }) => variadic)) continue
    const all = command.registeredArguments.map(() => 'x')
    const flags = leastLine(command).slice(pathOf(command).split(' ').length + requiredOf(command).length)
    await isRefused([...pathOf(command).split(' '), ...all, 'surplus', ...flags])
  }
})

test('a missing argument or flag is wrong usage of every command that has to have it', async () => {
  for (const command of commands) {
    const words = pathOf(command).split(' ')
    if (requiredOf(command).length > 0) await isRefused(leastLine(command).toSpliced(words.length, 1))
    if (command.options.some(({ mandatory }) => mandatory))
      await isRefused([...words, ...requiredOf(command).map(() => 'x')])
  }
})

test('a group without a command, or with one that it has not, is wrong usage', async () => {
  const groups = new Set(commands.map(({ parent }) => parent).filter((parent) => parent !== program))
  for (const group of groups) {
    assert.ok(group)
    assert.deepEqual((await parseCommandLine([group.name()])).exitCode, 2, group.name())
    await isRefused([group.name(), 'nonsense'])
  }
})

test('the example of every command is a line of that command', async () => {
  for (const path of KNOWN_PATHS) {
    const [name, ...words] = factsOf(path).example.split(' ')
    const { command, err } = await parseCommandLine(words)
    assert.equal(name, 'storgo')
    assert.ok(command, `${path}: ${err}`)
    assert.equal(pathOf(command), path)
  }
})

test('a process tells wrong usage, help and the version by its exit code', () => {
  const run = (...words: string[]) => {
    const env = { PATH: process.env['PATH'], STORGO_CLI_FOLDER: join(folder, 'profile') }
    return spawnSync(process.execPath, [BIN, ...words], {
      encoding: 'utf8',
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  assert.equal(run('volume', '--help').status, 0)
  assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/u)
  const wrong = run('ls', 'a', 'b', '--json')
  assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
  assert.equal(lineSchemaOf('storgo.error/1').safeParse(JSON.parse(wrong.stderr)).success, true)
})

test('--help loads nothing of what commands need', () => {
  // Tells of every module that is loaded, whatever for.
  const teller = `import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })`
  const told = ['--import', `data:text/javascript,${encodeURIComponent(teller)}`]
  const { status, stderr } = spawnSync(process.execPath, [...told, BIN, '--help'], { encoding: 'utf8' })
  assert.equal(status, 0)
  const files = stderr.split('\n').filter((url) => url.startsWith('file:'))
  assert.ok(
    files.some((url) => url.endsWith('/cli/src/program.ts')),
    stderr,
  )
  const heavy = files.filter((url) =>
    /\/node_modules\/(?!commander\/)|\/(protocol|sdk|node|contracts)\/(?!src\/compile-cache\.ts$)|\/commands\/|\/schemas\//u.test(
      url,
    ),
  )
  assert.deepEqual(heavy, [])
})
