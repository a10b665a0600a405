import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Command, CommanderError } from 'commander'
import { createProgram } from './program.ts'

const BIN = fileURLToPath(new URL('../bin/storgo.js', import.meta.url))

/** The command that `args` select, with its flags; or the exit code of the complaint. */
async function parse(...args: string[]): Promise<{ name: string; flags: object; args: readonly string[] } | number> {
  let matched: Command | undefined
  const program = createProgram(
    async (command) => {
      matched = command
    },
    { out: () => {}, err: () => {}, json: false },
  )
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    throw error
  }
  assert.ok(matched)
  const parents = matched.parent?.name() === 'storgo' ? '' : `${matched.parent?.name()} `
  return { name: parents + matched.name(), flags: matched.optsWithGlobals(), args: matched.args }
}

test('flags for all commands may stand before or after the command', async () => {
  const flags = { json: true, yes: true, color: false, recursive: true, rpc: 'http://127.0.0.1:1', timeout: '5s' }
  const rest = ['--json', '--yes', '--no-color', '--rpc', 'http://127.0.0.1:1', '--timeout', '5s']
  for (const args of [
    ['ls', '-r', ...rest],
    [...rest, 'ls', '--recursive'],
  ])
    assert.deepEqual(await parse(...args), { name: 'ls', flags, args: [] })
})

test('every command of the tree is there', async () => {
  const commands = [
    'init',
    'put a',
    'put -',
    'get a',
    'ls',
    'stat a',
    'rm a',
    'volume quote',
    'volume open',
    'volume ls',
    'volume show 1',
    'node init',
    'node start',
    'node status',
    'config get log.level',
    'config set log.level debug --profile staging',
    'config unset log.level',
    'config view --effective',
    'config edit',
    'config validate node.toml',
    'config diff',
    'config explain log.level',
    'config reload --file node.toml',
    'config profile production',
    'stake add 5 --provider 0x1',
    'stake status',
    'stake withdraw --provider 0x1',
    'stake claim',
    'stake runway',
    'proof ls',
    'proof watch',
    'proof explain 7',
    'node stop --provider provider-1',
    'node ls',
    'mv a b --force',
    'verify',
    'verify a b',
    'health --watch',
    'doctor --fix',
    'logs -f --node 1 --level warn --since 5m --grep proof',
    'top',
    'shell',
    'completion bash',
    'version',
    'dev up',
    'dev down',
    'dev status',
    'dev fund',
  ]
  for (const line of commands) {
    const matched = await parse(...line.split(' '))
    assert.ok(typeof matched === 'object', line)
    assert.ok(line.startsWith(matched.name), `${line}: ${matched.name}`)
  }
})

test('a missing argument, an unknown flag and an unknown command are complaints', async () => {
  for (const args of [
    ['put'],
    ['stat'],
    ['ls', '--recursiv'],
    ['nonsense'],
    ['volume', 'nonsense'],
    ['get', 'a', 'b', 'c'],
    ['mv', 'a'],
    ['completion'],
    ['proof', 'explain'],
    ['stake', 'withdraw', '5'],
    ...['health', 'doctor', 'logs', 'top', 'shell', 'version'].map((name) => [name, 'something']),
  ])
    assert.equal(await parse(...args), 1, args.join(' '))
})

test('the process exits with 2 for wrong usage, and with 0 for help, without loading what commands need', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' })
  const help = run('put', '--help')
  assert.equal(help.status, 0)
  assert.match(help.stdout, /Usage: storgo put \[options\] <paths\.\.\.>/u)
  const wrong = run('ls', '--nonsense')
  assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
  assert.match(wrong.stderr, /unknown option '--nonsense'/u)
  assert.equal(run('ls', '--timeout', 'soon').status, 2)
  const asJson = run('ls', '--nonsense', '--json')
  assert.deepEqual([asJson.status, asJson.stdout], [2, ''])
  assert.equal(JSON.parse(asJson.stderr).code, 'REQUEST_INVALID')
})
