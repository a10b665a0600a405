import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { accountAt, aLocalChain, type LocalChain } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { ANodeFolder } from './fixtures/a-node-folder.ts'

const { PATH } = process.env
const MAIN = join(import.meta.dirname, 'main.ts')
let chain: LocalChain
let folder: ANodeFolder
before(async () => {
  chain = await aLocalChain()
  folder = await ANodeFolder.create(chain, accountAt(11))
})
after(async () => {
  await folder[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

type Run = { child: ChildProcess; ended: Promise<{ code: number | null; stderr: string; stdout: string }> }

async function run(
  args: readonly string[] = [],
  settings: object = folder.settings,
  env: Record<string, string> = {},
): Promise<Run> {
  const file = join(folder.folder, 'node.json')
  await writeFile(file, JSON.stringify(settings))
  const child = spawn(process.execPath, [MAIN, '--config', file, ...args], { env: { PATH, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr, stdout }))) }
}

async function record(): Promise<{ pid: number; httpUrl: string; multiaddrs: string[] }> {
  for (const deadlineMs = Date.now() + 30_000; Date.now() < deadlineMs; await delay(50)) {
    const text = await readFile(join(folder.dataDir, 'node.json'), 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text)
  }
  return assert.fail('node.json did not appear within 30 s')
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops a node within 5 s with exit code 0, and node.json is gone`, async () => {
    const { child, ended } = await run(['--log-level', 'info'])
    const { pid, httpUrl } = await record()
    assert.equal(pid, child.pid)
    assert.equal((await fetch(`${httpUrl}/healthz`)).status, 200)
    const signalledMs = performance.now()
    child.kill(signal)
    const { code, stdout, stderr } = await ended
    assert.equal(code, 0, stderr)
    assert.ok(performance.now() - signalledMs < 5_000)
    assert.match(stdout, /"msg":"provider is ready"/)
    await assert.rejects(readFile(join(folder.dataDir, 'node.json')), { code: 'ENOENT' })
  })
}

test('a second process on the same data is refused as ALREADY_RUNNING and the first goes on', async () => {
  const first = await run()
  const { pid, httpUrl } = await record()
  const { code, stderr } = await (await run()).ended
  assert.equal(code, 1)
  assert.match(stderr, /^storgo-node: ALREADY_RUNNING: /)
  assert.equal((await record()).pid, pid)
  assert.equal((await fetch(`${httpUrl}/healthz`)).status, 200)
  first.child.kill('SIGTERM')
  assert.equal((await first.ended).code, 0)
})

test('a node that was killed starts again on the same data', async () => {
  const first = await run()
  await record()
  first.child.kill('SIGKILL')
  await first.ended
  const again = await run()
  for (const deadlineMs = Date.now() + 30_000; (await record()).pid !== again.child.pid; await delay(50)) {
    assert.ok(Date.now() < deadlineMs, 'node.json is still the dead one')
  }
  again.child.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
})

test('a node whose disk is gone says that it is not ready, ends with exit code 5, and starts again when it is back', async () => {
  const journal = join(folder.dataDir, 'journal')
  const disk = { probeSeconds: 0.1, unreadableSeconds: 2 }
  const first = await run([], { ...folder.settings, disk, log: { level: 'error' } })
  const { httpUrl } = await record()
  assert.equal((await fetch(`${httpUrl}/readyz`)).status, 200)
  await rename(journal, `${journal}.gone`)
  for (const deadlineMs = Date.now() + 10_000; ; await delay(50)) {
    assert.ok(Date.now() < deadlineMs, 'the node still says that it is ready')
    const ready = await fetch(`${httpUrl}/readyz`)
    if (ready.status === 200) continue
    assert.equal((await ready.json()).checks.store, false)
    break
  }
  assert.match(await (await fetch(`${httpUrl}/metrics`)).text(), /^storgo_store_readable 0$/m)
  const { code, stdout, stderr } = await first.ended
  assert.equal(code, 5)
  assert.match(stderr, /^storgo-node: STORE_UNREADABLE: /)
  assert.equal(stdout.match(/"msg":"the store cannot be read"/g)?.length, 1)
  await rename(`${journal}.gone`, journal)
  const again = await run()
  await record()
  again.child.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
})

test('strangers who send garbage, half a handshake or nothing do not stop a node', async () => {
  const { child, ended } = await run()
  const { httpUrl, multiaddrs } = await record()
  const port = Number(multiaddrs[0]?.split('/')[4])
  const multistream = Buffer.from('\x13/multistream/1.0.0\n')
  const openings = [
    Buffer.alloc(0),
    randomBytes(10_000),
    Buffer.concat([multistream, randomBytes(100)]),
    Buffer.concat([multistream, Buffer.from('\x0b/tls/1.0.0\n'), randomBytes(5_000)]),
    Buffer.concat([multistream, Buffer.from('\x07/noise\n'), Buffer.from([0, 32]), randomBytes(32)]),
    Buffer.concat([multistream, Buffer.from('\xff\xff\xff\x7f')]),
  ]
  for (const reset of [true, false]) {
    for (const bytes of openings) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(bytes)
      await delay(50)
      if (reset) socket.resetAndDestroy()
      else socket.end()
    }
  }
  assert.equal((await fetch(`${httpUrl}/readyz`)).status, 200)
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await ended
  assert.equal(code, 0, stdout + stderr)
})

test('mistakes in the settings are named, with exit code 2', async () => {
  const { settings } = folder
  const attempts = [
    [() => run([], { ...settings, capacitySector: 1 }), 'CONFIG_INVALID: Setting capacitySector'],
    [() => run(['--capacity', '1']), "Unknown option '--capacity'"],
    [
      () => run([], settings, { STORGO_HTTP_PRT: '1' }),
      'CONFIG_INVALID: Setting STORGO_HTTP_PRT (environment): there is no such setting; did you mean STORGO_HTTP_PORT?',
    ],
    [() => run(['--chain-deployment-file', '/none']), 'CONFIG_INVALID: Deployment file /none'],
    [() => run(['--http-host', '203.0.113.1']), 'CONFIG_INVALID: Cannot listen on 203.0.113.1:0'],
    [() => run(['--p2p-listen', '/ip4/203.0.113.1/tcp/1']), 'CONFIG_INVALID: Cannot listen on'],
  ] as const
  for (const [attempt, message] of attempts) {
    const { code, stderr } = await (await attempt()).ended
    assert.ok(stderr.includes(message), `${message}: ${stderr}`)
    assert.equal(code, 2, stderr)
  }
})

test('a key that others may read, a wrong password and a chain that is not there have their names and codes', async () => {
  const { settings } = folder
  const keyFile = settings.operator.keyFile
  await chmod(keyFile, 0o640)
  const exposed = await (await run()).ended
  await chmod(keyFile, 0o600)
  assert.match(exposed.stderr, /KEY_FILE_EXPOSED/)
  assert.equal(exposed.code, 4)
  const passwordFile = join(folder.folder, 'wrong')
  await writeFile(passwordFile, 'wrong\n', { mode: 0o600 })
  const wrong = await (await run(['--operator-password-file', passwordFile])).ended
  assert.match(wrong.stderr, /PASSWORD_WRONG/)
  assert.equal(wrong.code, 4)
  const nowhere = await (await run(['--chain-rpc-url', 'http://127.0.0.1:9'])).ended
  assert.match(nowhere.stderr, /CHAIN_UNREACHABLE/)
  assert.equal(nowhere.code, 5)
})

test('--help lists every setting', async () => {
  const { code, stdout } = await (await run(['--help'])).ended
  assert.equal(code, 0)
  assert.match(stdout, /--chain-rpc-url +STORGO_CHAIN_RPC_URL/)
})
