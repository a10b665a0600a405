import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { registerProvider } from '@storgo/sdk'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'

// Two real providers in this process, which find each other by the registry; the command line asks the first.
const STORGO = join(import.meta.dirname, '../../cli/bin/storgo.js')
const [own, other] = [accountAt(11), accountAt(12)]
let chain: LocalChain
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []

before(async () => {
  chain = await aLocalChain()
  const owner = await chain.connect(1)
  await chain.fund(accountAt(1).address, STAKE * 2n)
  for (const operator of [own, other]) {
    const folder = await ANodeFolder.create(chain, operator)
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
    nodes.push(await folder.start({ discovery: { intervalSeconds: 1 } }))
    await chain.mine(1)
  }
})

after(async () => {
  for (const one of [...nodes, ...folders, chain]) await one[Symbol.asyncDispose]()
})

test('providers find each other by the registry, and then by the hash table', async () => {
  for (const deadlineMs = Date.now() + 60_000; ; await delay(300)) {
    await chain.mine(1)
    const { code } = await storgo('net', 'lookup', other.address)
    if (code === 0) break
    assert.ok(Date.now() < deadlineMs, 'no address record within 60 s')
  }
  const { value } = await storgo('net', 'lookup', other.address)
  assert.deepEqual(value.addresses, nodes[1]?.multiaddrs)
  assert.equal((await storgo('net', 'health')).code, 0)
  const { value: dht } = await storgo('net', 'dht')
  assert.equal(dht.contacts, 1)
  const metrics = await (await fetch(`${nodes[0]?.httpUrl}/metrics`)).text()
  assert.match(metrics, /^storgo_dht_contacts 1$/m)
  assert.match(metrics, /^storgo_dht_kept\{kind="records"\} [12]$/m)
  const { total, failed } = dht.lookups.address
  assert.match(
    metrics,
    new RegExp(`^storgo_dht_lookups_total\\{kind="address",outcome="found"\\} ${total - failed}$`, 'm'),
  )
  assert.match(metrics, /^storgo_dht_lookup_seconds\{kind="publish",quantile="0.99"\} \d/m)
})

test('a peer is shown, pinged and traced, by its operator and by its peer id', async () => {
  const { value } = await storgo('net', 'peers')
  assert.equal(value.schema, 'storgo.net.peers/1')
  const shown = value.peers.find(({ peerId }: { peerId: string }) => peerId === nodes[1]?.peerId)
  assert.equal(shown.operator, other.address)
  const pinged = await storgo('net', 'ping', other.address)
  assert.equal(pinged.value.ms.length, 5)
  const traced = await storgo('net', 'trace', nodes[1]?.peerId ?? '')
  assert.equal(traced.code, 0)
  assert.deepEqual(traced.value.steps.map(({ step }: { step: string }) => step).slice(-4), [
    'registry',
    'DHT',
    'connect and hello',
    'ping',
  ])
  assert.equal((await storgo('net', 'bandwidth')).code, 0)
})

test('a banned peer is let go, shown with its reason, and taken back when the ban is lifted', async () => {
  const banned = await storgo('node', 'ban', other.address, '--reason', 'noise', '--for', '1h')
  assert.equal(banned.value.ban.reason, 'noise')
  const { value } = await storgo('node', 'bans')
  assert.deepEqual(
    value.bans.map(({ peerId }: { peerId: string }) => peerId),
    [nodes[1]?.peerId],
  )
  const refused = await storgo('net', 'ping', other.address)
  assert.equal(refused.value.code, 'PEER_BANNED')
  assert.equal((await storgo('node', 'unban', other.address)).code, 0)
  assert.equal((await storgo('node', 'unban', other.address)).code, 3)
  assert.equal((await storgo('net', 'ping', other.address)).code, 0)
})

test('what is no peer is refused, and so is whoever does not know the token', async () => {
  const wrong = await storgo('net', 'ping', 'nobody')
  assert.deepEqual([wrong.code, wrong.value.code], [2, 'REQUEST_INVALID'])
  const post = (path: string) => fetch(`${nodes[0]?.httpUrl}/v1/control/${path}`, { method: 'POST', body: '{}' })
  assert.equal((await post('ban')).status, 401)
  assert.equal((await post('elsewhere')).status, 404)
})

/** Runs a command against the first provider's folder. */
async function storgo(...args: string[]) {
  const folder = folders[0]?.folder ?? ''
  return new Promise<{ code: number; value: ReturnType<typeof JSON.parse> }>((resolve) => {
    const child = execFile(process.execPath, [STORGO, '--json', ...args, '--folder', folder], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, value: JSON.parse(stdout || stderr) }),
    )
  })
}
