import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Certificate, type Epoch, SECTOR_BYTES, SLOT_WRITE_PROTOCOL, verifyPath } from '@storgo/protocol'
import { type Chain, hasProven, openVolume, readEarnings, readEpoch, readProvider, registerProvider } from '@storgo/sdk'
import { type Address, bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { ANodeFolder } from './fixtures/a-node-folder.ts'
import { AVolumeClient, type WrittenState } from './fixtures/a-volume-client.ts'
import type { ProviderNode } from './node.ts'
import { aSector } from './store/fixtures/a-sector.ts'

// A real chain and three real providers in this process, and a 2+1 volume over them. The tests are steps of one story.
const OPERATORS = [11, 12, 13].map(accountAt)
const operators: Address[] = OPERATORS.map(({ address }) => address)
const sessionKey = new Uint8Array(randomBytes(32))
const whole = { sector: 0, offset: 0, length: SECTOR_BYTES }
const added = { ...whole, sector: 1 }

let chain: LocalChain
let client: Chain
let volumeId: bigint
let volume: AVolumeClient
let first: { written: WrittenState; certificate: Certificate }
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []

before(async () => {
  chain = await aLocalChain()
  const owner = await chain.connect(1)
  client = await chain.connect(2)
  await chain.fund(accountAt(1).address, STAKE * 3n)
  await chain.fund(accountAt(2).address, 1_000n * PRICE)
  for (const operator of OPERATORS) {
    const folder = await ANodeFolder.create(chain, operator)
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
    nodes.push(await folder.start())
  }
})

after(async () => {
  await volume?.[Symbol.asyncDispose]()
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
  await Promise.all(folders.map((folder) => folder[Symbol.asyncDispose]()))
  await chain[Symbol.asyncDispose]()
})

test('nodes publish where they listen, and tell it in node.json', async () => {
  await eventually('addresses', async () => {
    await chain.mine(1)
    const published = await Promise.all(operators.map((operator) => readProvider(client, operator)))
    return published.every((provider) => provider?.addresses.length === 1)
  })
  const record = JSON.parse(await readFile(join(folders[0]!.dataDir, 'node.json'), 'utf8'))
  const { peerId, multiaddrs, httpUrl } = nodes[0]!
  assert.deepEqual(record, { pid: process.pid, operator: operators[0], peerId, multiaddrs, httpUrl })
})

test('what a client writes is kept by every slot, with receipts that certify it', async () => {
  const opened = await openVolume(client, {
    ...{ k: 2, m: 1, sectors: 4, epochs: 20, providers: operators, maxPricePerEpoch: 12n * PRICE },
    ...{ sessionKey: privateKeyToAddress(bytesToHex(sessionKey)), sessionKeyExpiry: 4_000_000_000n },
  })
  volumeId = opened.volumeId
  volume = await AVolumeClient.connect(client, { sessionKey, volumeId, operators })
  first = await volume.writeState([aSector(1), aSector(2), aSector(3)])
  for (const slot of [0, 1, 2]) await volume.certify(slot, first.certificate)
  const { certified } = await volume.state(1)
  assert.deepEqual(certified?.certificate.signed, first.written.signed)
  const { bytes, path } = await volume.read(1, 1n, whole)
  assert.deepEqual(bytes, aSector(2))
  const { root } = first.written.signed.state
  assert.ok(verifyPath({ root, sectors: 1, n: 3, slot: 1, sectorIndex: 0, firstLeaf: 0, bytes, path }))
})

test('every provider proves every epoch, and is paid for it', async () => {
  for (let round = 0; round < 3; round++) {
    await chain.nextEpoch()
    const { epoch } = await readEpoch(client)
    await provenBy(epoch, operators)
  }
  await eventually('pay', async () => {
    const earned = await Promise.all(operators.map((operator) => readEarnings(client, operator)))
    return earned.every((amount) => amount > 0n)
  })
})

test('a restarted node has what it held, and proves the epoch that it was restarted in', async () => {
  await nodes[1]![Symbol.asyncDispose]()
  await assert.rejects(readFile(join(folders[1]!.dataDir, 'node.json')), { code: 'ENOENT' })
  await chain.nextEpoch()
  const { epoch } = await readEpoch(client)
  await provenBy(epoch, [operators[0]!, operators[2]!])
  nodes[1] = await folders[1]!.start()
  await provenBy(epoch, operators)
  await eventually('the new address', async () => {
    const provider = await readProvider(client, operators[1]!)
    return provider?.addresses.some((bytes) => Buffer.from(bytes).includes(portOf(nodes[1]!))) === true
  })
  assert.deepEqual((await volume.read(1, 1n, whole)).bytes, aSector(2))
})

test('a second state builds on the first with its certificate', async () => {
  const second = await volume.writeState([aSector(4), aSector(5), aSector(6)], first.written, first.certificate)
  assert.equal(second.certificate.receipts.length, 3)
  assert.deepEqual((await volume.read(2, 2n, added)).bytes, aSector(6))
  assert.deepEqual((await volume.read(2, 1n, whole)).bytes, aSector(3))
})

test('malformed requests are answered by name and harm nobody', async () => {
  await assert.rejects(volume.send(0, SLOT_WRITE_PROTOCOL, new Uint8Array(randomBytes(50))), {
    code: 'REQUEST_INVALID',
  })
  await assert.rejects(volume.send(0, SLOT_WRITE_PROTOCOL, new Uint8Array()), { code: 'REQUEST_INVALID' })
  assert.deepEqual((await volume.read(0, 2n, added)).bytes, aSector(4))
})

test('metrics, health, readiness and status are served', async () => {
  const get = async (path: string) => fetch(`${nodes[0]!.httpUrl}${path}`)
  assert.equal((await get('/healthz')).status, 200)
  assert.deepEqual(await (await get('/readyz')).json(), {
    ready: true,
    checks: { chain: true, listening: true, store: true },
  })
  const status = await (await get('/status')).json()
  assert.equal(status.operator, operators[0])
  assert.deepEqual(status.slots, [
    { volumeId: String(volumeId), slot: 0, nonce: '2', certifiedNonce: '1', sectors: 2, billed: 4 },
  ])
  const metrics = await (await get('/metrics')).text()
  assert.match(metrics, /^storgo_sectors 2$/m)
  assert.match(metrics, /^storgo_store_writable 1$/m)
  assert.match(metrics, /^storgo_proofs_total\{outcome="proven"\} [4-9]$/m)
  assert.match(metrics, /storgo_requests_total\{protocol="\/storgo\/slot-write\/1\.0\.0",code="REQUEST_INVALID"\} 2/)
  assert.equal((await get('/elsewhere')).status, 404)
})

test('a second node on the same data is refused as ALREADY_RUNNING', async () => {
  await assert.rejects(folders[0]!.start(), { code: 'ALREADY_RUNNING' })
})

/** Mines block after block until these providers have proven; fails with the epoch. */
async function provenBy(epoch: Epoch, providers: readonly Address[]): Promise<void> {
  await eventually(`proofs of epoch ${epoch}`, async () => {
    const proven = await Promise.all(providers.map((provider) => hasProven(client, { provider, epoch })))
    if (proven.every(Boolean)) return true
    await chain.mine(1)
    const now = await readEpoch(client)
    assert.equal(now.epoch, epoch, `epoch ${epoch} ended with proofs ${proven}`)
    return false
  })
}

/** The world outside answers in its own time; this looks again until it has, or fails. */
async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(300)) if (await isSo()) return
  assert.fail(`${what}: not within 60 s`)
}

function portOf({ multiaddrs }: ProviderNode): Buffer {
  const port = Buffer.alloc(2)
  port.writeUInt16BE(Number(multiaddrs[0]?.split('/')[4]))
  return port
}
