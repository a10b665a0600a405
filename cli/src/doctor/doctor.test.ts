import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkDataFolder } from './check-data-folder.ts'
import { checkLocalNetwork } from './check-local-network.ts'
import { checkPort, listeningOf } from './check-ports.ts'
import { checkPrivate } from './check-private.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-doctor-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A process id that was somebody's and is not any more. */
async function anEndedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid ?? 0
}

test('a file that others may read is told, and repaired by taking that from them', async () => {
  const path = join(folder, 'key')
  assert.equal((await checkPrivate('key', path, 'storgo init')).next, 'storgo init')
  writeFileSync(path, 'secret', { mode: 0o600 })
  assert.equal((await checkPrivate('key', path, '')).ok, true)
  chmodSync(path, 0o644)
  const found = await checkPrivate('key', path, '')
  assert.deepEqual([found.ok, found.next], [false, `chmod 600 ${path}`])
  await found.repair?.()
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal((await checkPrivate('key', path, '')).ok, true)
})

test("a provider's record counts while its process runs, and is stale after that", async () => {
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  const write = (pid: number) => {
    const record = { pid, operator: '0x1', peerId: 'p', multiaddrs: ['/ip4/127.0.0.1'], httpUrl: 'http://127.0.0.1:1' }
    writeFileSync(join(dataDir, 'node.json'), JSON.stringify(record))
  }
  assert.ok((await checkDataFolder('p', dataDir)).every(({ ok }) => ok))
  write(process.pid)
  assert.ok((await checkDataFolder('p', dataDir)).every(({ ok }) => ok))
  write(await anEndedProcess())
  const [, stale] = await checkDataFolder('p', dataDir)
  assert.deepEqual([stale?.ok, stale?.next], [false, 'storgo doctor --fix'])
  await stale?.repair?.()
  assert.equal(existsSync(join(dataDir, 'node.json')), false)
})

test('a record of a local network whose process has ended is stale; one that cannot be read is told', async () => {
  const network = join(folder, 'home', '.storgo', 'local')
  mkdirSync(network, { recursive: true })
  const path = join(network, 'network.json')
  writeFileSync(path, '{')
  const [broken] = await checkLocalNetwork(join(folder, 'home'))
  assert.equal(broken?.ok, false)
  const keys = { keyFile: 'k', passwordFile: 'p', envelopeFile: 'e' }
  const record = {
    ...{ pid: await anEndedProcess(), chainId: 31337, rpcUrl: 'http://127.0.0.1:1', deploymentFile: 'd' },
    accounts: { demo: { address: `0x${'1'.repeat(40)}`, ...keys } },
    ...{ providers: [], volumeId: '1', startedAt: '2026-11-23T00:00:00Z' },
  }
  writeFileSync(path, JSON.stringify(record))
  const [stale] = await checkLocalNetwork(join(folder, 'home', '.storgo'))
  assert.match(stale?.state ?? '', /has ended/u)
  await stale?.repair?.()
  assert.deepEqual(await checkLocalNetwork(join(folder, 'home')), [])
})

test('a port that somebody else has is told; any free one, and one of our own provider, are well', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const taken = { what: 'status', host: '127.0.0.1', port }
  assert.equal((await checkPort(taken, false)).ok, false)
  assert.equal((await checkPort(taken, true)).ok, true)
  server.close()
  await once(server, 'close')
  assert.equal((await checkPort(taken, false)).ok, true)
  assert.equal((await checkPort({ ...taken, port: 0 }, false)).ok, true)
  assert.deepEqual(listeningOf('/ip4/0.0.0.0/tcp/4001/ws'), {
    what: '/ip4/0.0.0.0/tcp/4001/ws',
    host: '0.0.0.0',
    port: 4001,
  })
  assert.equal(listeningOf('/ip4/0.0.0.0/udp/4001/quic-v1'), undefined)
})
