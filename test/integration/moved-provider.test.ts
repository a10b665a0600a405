import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Chain, connectStorgo, peerAddressOf, readProvider, registerProvider, type Storgo } from '@storgo/sdk'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { aFile, aStream, sha256 } from './volumes/a-file.ts'

// Three real providers of a 2 + 1 volume. One starts again at another port while the chain takes no transactions, and another
// one ends: then nothing can be read without the one that has moved.
const OPERATORS = [11, 12, 13].map(accountAt)
const FILE_BYTES = 300_000
const SETTINGS = { discovery: { intervalSeconds: 1 } }
let chain: LocalChain
let client: Chain
let storgo: Storgo
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []
const masterKey = new Uint8Array(randomBytes(32))

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
    nodes.push(await folder.start(SETTINGS))
  }
  await eventually('addresses are in the registry', async () => {
    await chain.mine(1)
    return (await Promise.all(OPERATORS.map((_, i) => registered(i)))).every((found) => found !== undefined)
  })
  storgo = await aStorgo()
})

after(async () => {
  for (const one of [storgo, ...nodes, ...folders, chain]) await one?.[Symbol.asyncDispose]()
})

test('a client finds a provider that has moved by asking the others, while the registry still tells its old address', async () => {
  const providers = OPERATORS.map(({ address }) => address)
  const { volumeId } = await storgo.volumes.open({ k: 2, m: 1, sectors: 4, epochs: 20, providers })
  await storgo.volume(volumeId).put([aFile('a', FILE_BYTES)])
  await storgo[Symbol.asyncDispose]()

  await chain.setAutomine(false)
  const before = await registered(0)
  await nodes[0]?.[Symbol.asyncDispose]()
  nodes[0] = await (folders[0] as ANodeFolder).start(SETTINGS)
  assert.notEqual(nodes[0].multiaddrs[0], before)
  const moved = nodes[0].multiaddrs[0]
  // It tells the DHT as soon as it knows anybody there.
  await eventually('another provider knows where it is', async () => (await lookedUp(1)).includes(moved ?? ''))
  await nodes[2]?.[Symbol.asyncDispose]()

  await using fresh = await aStorgo()
  let failure: unknown
  const read = () => sha256(fresh.volume(volumeId).get('a'))
  const written = await sha256(aStream(FILE_BYTES, FILE_BYTES))
  await eventually(
    () => `the file is read; the last time ${failure}`,
    async () => {
      try {
        return (await read()) === written
      } catch (error) {
        failure = error
        return false
      }
    },
  )
  assert.equal(await registered(0), before, 'the registry could not be changed')
  await chain.setAutomine(true)
})

function aStorgo(): Promise<Storgo> {
  const { rpcUrl, deployment } = chain
  return connectStorgo({ rpcUrl, deployment, account: accountAt(2), masterKey })
}

/** Where the registry says that a provider is. */
async function registered(index: number): Promise<string | undefined> {
  const provider = await readProvider(client, OPERATORS[index]?.address ?? '0x')
  return provider && peerAddressOf(provider).multiaddrs.map(String)[0]
}

/** Where a provider's part of the DHT says that the first one is. */
async function lookedUp(by: number): Promise<string[]> {
  const { dataDir } = folders[by] as ANodeFolder
  const token = (await readFile(`${dataDir}/control.token`, 'utf8')).trim()
  const answer = await fetch(`${nodes[by]?.httpUrl}/v1/control/lookup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: OPERATORS[0]?.address }),
  })
  return (await answer.json()).addresses ?? []
}

async function eventually(what: string | (() => string), isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 120_000; Date.now() < deadlineMs; await delay(300)) if (await isSo()) return
  assert.fail(`not within 120 s: ${typeof what === 'string' ? what : what()}`)
}
