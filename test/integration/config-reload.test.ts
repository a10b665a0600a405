import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { SLOT_WRITE_PROTOCOL } from '@storgo/protocol'
import { openVolume, registerProvider } from '@storgo/sdk'
import { type Address, bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { settings } from '../../node/src/config/settings.ts'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { AVolumeClient } from '../../node/src/fixtures/a-volume-client.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { aSector } from '../../node/src/store/fixtures/a-sector.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { ASteadyLoad } from './config/a-steady-load.ts'
import { newValueOf } from './config/new-values.ts'

// A node in a process of its own, asked without a pause while its settings change, and two others for the rest of its volume.
const MAIN = join(import.meta.dirname, '../../node/src/main.ts')
const CLI = join(import.meta.dirname, '../../cli/bin/storgo.js')
const OPERATORS = [11, 12, 13].map(accountAt)
/** Between two reloads, so that each happens in the middle of some requests. */
const ANSWERS = 10

let chain: LocalChain
let volume: AVolumeClient
let load: ASteadyLoad
let child: ChildProcess
let httpUrl: string
let file: string
let log = ''
let config: { [name: string]: unknown }
let announce: string[]
const folders: ANodeFolder[] = []
const others: ProviderNode[] = []

before(async () => {
  chain = await aLocalChain()
  const [owner, client] = [await chain.connect(1), await chain.connect(2)]
  await chain.fund(accountAt(1).address, STAKE * 3n)
  await chain.fund(accountAt(2).address, 1_000n * PRICE)
  for (const operator of OPERATORS) {
    const folder = await ANodeFolder.create(chain, operator)
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
  }
  const { folder, settings: given } = folders[0]!
  file = join(folder, 'node.json')
  config = { ...given, log: { level: 'info' } }
  await write()
  child = spawn(process.execPath, [MAIN, '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout?.on('data', (text) => {
    log += text
  })
  for (const other of folders.slice(1)) others.push(await other.start())
  await eventually('node.json', async () => (await told('node.json'))?.['pid'] === child.pid)
  httpUrl = String((await told('node.json'))?.['httpUrl'])
  const [listened = ''] = (await status()).multiaddrs
  // Another name of where it listens, so that it is reached there too.
  announce = [listened.replace(/^\/ip4\/127\.0\.0\.1(\/tcp\/\d+)\/.*$/, '/dns4/localhost$1')]
  const operators: Address[] = OPERATORS.map(({ address }) => address)
  const sessionKey = new Uint8Array(randomBytes(32))
  const { volumeId } = await openVolume(client, {
    ...{ k: 2, m: 1, sectors: 4, epochs: 20, providers: operators, maxPricePerEpoch: 12n * PRICE },
    ...{ sessionKey: privateKeyToAddress(bytesToHex(sessionKey)), sessionKeyExpiry: 4_000_000_000n },
  })
  volume = await AVolumeClient.connect(client, { sessionKey, volumeId, operators })
  await eventually('addresses', async () => {
    await chain.mine(1)
    return await Promise.all([0, 1, 2].map((slot) => volume.state(slot))).then(
      () => true,
      () => false,
    )
  })
  await volume.writeState([aSector(1), aSector(2), aSector(3)])
  load = new ASteadyLoad(volume, { nonce: 1n, sectors: 1, httpUrl })
})

after(async () => {
  await load?.stop()
  await volume?.[Symbol.asyncDispose]()
  child?.kill('SIGTERM')
  if (child?.exitCode === null) await once(child, 'exit')
  await Promise.all(others.map((node) => node[Symbol.asyncDispose]()))
  await Promise.all(folders.map((folder) => folder[Symbol.asyncDispose]()))
  await chain?.[Symbol.asyncDispose]()
})

test('every setting that can be reloaded changes under load, and no request is lost', async () => {
  const reloadable = settings.filter(({ reload }) => reload)
  for (const setting of reloadable) {
    const value = newValueOf(setting, { 'p2p.announce': announce })
    await load.answers(ANSWERS)
    set(setting.path, value)
    await write()
    child.kill('SIGHUP')
    await eventually(setting.key, async () => isDeepStrictEqual(await running(setting.key), { value, layer: 'file' }))
  }
  await load.answers(ANSWERS)
  assert.deepEqual(load.failures, [])
  assert.equal((await status()).config.generation, 1 + reloadable.length)
})

test('what changed is what the node does from then on', async () => {
  assert.equal((await status()).capacityBytes, (48 + 16) * 2 ** 20)
  assert.match(log, /\n\d\d:\d\d:\d\d info {2}settings changed /)
  assert.match((await status()).multiaddrs.join(), /^\/dns4\/localhost\/tcp\/\d+\/p2p\/\w+$/)
  await assert.rejects(volume.send(0, SLOT_WRITE_PROTOCOL, new Uint8Array([1])), { code: 'REQUEST_INVALID' })
  await eventually('a debug line', async () => /\n\d\d:\d\d:\d\d debug request refused /.test(log))
})

test('an invalid edit changes nothing and says why, whoever noticed it', async () => {
  const before = await told('running-config.json')
  const valid = structuredClone(config)
  set(['capacitySectors'], 50)
  set(['log', 'levle'], 'info')
  await write()
  const why = /Setting log\.levle \(.*node\.json, line 1\): there is no such setting; did you mean log\.level\?/
  await eventually('the file watch', async () => (await status()).config.lastReload?.outcome === 'refused')
  assert.match((await status()).config.lastReload?.error ?? '', why)
  assert.deepEqual((await told('running-config.json'))?.['settings'], before?.['settings'])
  const refused = await storgo('config', 'reload')
  assert.deepEqual([refused.status, JSON.parse(refused.stderr).code], [2, 'CONFIG_INVALID'])
  assert.match(refused.stderr, /did you mean log\.level/)
  config = valid
  assert.deepEqual(load.failures, [])
})

test('an invalid value of any setting that can be reloaded changes nothing, with valid ones beside it, and is named', async () => {
  const before = (await told('running-config.json'))?.['settings']
  const { generation } = (await status()).config
  const valid = config
  for (const { key, path } of settings.filter(({ reload }) => reload)) {
    const { number = 0 } = (await status()).config.lastReload ?? {}
    config = structuredClone(valid)
    for (const other of ['capacitySectors', 'stagingSectors']) set([other], 20)
    set(path, {})
    await write()
    child.kill('SIGHUP')
    await eventually(key, async () => ((await status()).config.lastReload?.number ?? 0) > number)
    const { outcome, error } = (await status()).config.lastReload ?? {}
    assert.equal(outcome, 'refused')
    assert.ok(error?.includes(`Setting ${key} `), `${key}: ${error}`)
  }
  config = valid
  await write()
  child.kill('SIGHUP')
  await eventually('the valid file', async () => (await status()).config.lastReload?.outcome === 'unchanged')
  assert.deepEqual((await told('running-config.json'))?.['settings'], before)
  assert.equal((await status()).config.generation, generation)
  assert.deepEqual(load.failures, [])
})

test('an edit that replaces the file is noticed by itself', async () => {
  set(['settleEveryEpochs'], 3)
  await writeFile(`${file}.new`, JSON.stringify(config), { mode: 0o600 })
  await rename(`${file}.new`, file)
  await eventually('the file watch', async () => (await status()).config.lastReload?.applied[0] === 'settleEveryEpochs')
})

test('the command line changes the file, has the node reload it, and tells what needs a restart', async () => {
  const { mode } = await stat(file)
  assert.equal((await storgo('config', 'set', 'settleEveryEpochs', '4')).status, 0)
  assert.equal((await storgo('config', 'set', 'http.port', '8123')).status, 0)
  assert.equal((await stat(file)).mode, mode)
  const reload = await storgo('config', 'reload')
  assert.equal(reload.status, 0, reload.stderr)
  // The file watch may have been faster.
  assert.deepEqual(JSON.parse(reload.stdout).restartNeeded, ['http.port'])
  assert.deepEqual([(await running('settleEveryEpochs'))?.value, (await running('http.port'))?.value], [4, 0])
  const { differences } = JSON.parse((await storgo('config', 'diff')).stdout)
  assert.deepEqual(differences, [{ key: 'http.port', running: 0, file: 8123, remedy: 'restart' }])
  await load.answers(ANSWERS)
  assert.deepEqual(load.failures, [])
})

test('only its owner may read what a node runs with, and it is gone with the node', async () => {
  const path = join(folders[0]!.dataDir, 'running-config.json')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await load.stop()
  child.kill('SIGTERM')
  await once(child, 'exit')
  await assert.rejects(stat(path), { code: 'ENOENT' })
  const none = await storgo('config', 'reload')
  assert.deepEqual([none.status, JSON.parse(none.stderr).code], [3, 'NETWORK_NOT_FOUND'])
})

type Status = {
  capacityBytes: number
  multiaddrs: string[]
  config: { generation: number; lastReload?: { number: number; outcome: string; applied: string[]; error?: string } }
}

async function status(): Promise<Status> {
  return (await fetch(`${httpUrl}/status`)).json()
}

/** What the node says that it runs with. */
async function running(key: string): Promise<{ value: unknown; layer: string } | undefined> {
  const { settings: all } = ((await told('running-config.json')) ?? {}) as { settings?: Record<string, never> }
  return all?.[key]
}

/** The command line, while the load goes on. */
async function storgo(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const { STORGO_PROFILE: _, ...env } = process.env
  const command = spawn(process.execPath, [CLI, ...args, '--file', file, '--json'], { env })
  const [stdout, stderr] = [command.stdout.setEncoding('utf8').toArray(), command.stderr.setEncoding('utf8').toArray()]
  const [status] = (await once(command, 'close')) as [number | null]
  return { status, stdout: (await stdout).join(''), stderr: (await stderr).join('') }
}

async function told(name: string): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(join(folders[0]!.dataDir, name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

function set([name = '', ...rest]: readonly string[], value: unknown, tree = config): void {
  if (rest.length === 0) tree[name] = value
  else {
    const below = (tree[name] ?? {}) as typeof config
    tree[name] = below
    set(rest, value, below)
  }
}

async function write(): Promise<void> {
  await writeFile(file, JSON.stringify(config), { mode: 0o600 })
}

/** The world outside answers in its own time; this looks again until it has, or fails. */
async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(100)) if (await isSo()) return
  assert.fail(`${what}: not within 60 s`)
}
