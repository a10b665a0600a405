import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isStorgoError } from '@storgo/protocol'
import { readProvider, registerProvider } from '@storgo/sdk'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { eventually } from './prover/a-prover.ts'

// Two folders with the same key, as on two machines.
const OPERATOR = accountAt(15)
let chain: LocalChain
let one: ANodeFolder
let other: ANodeFolder

before(async () => {
  chain = await aLocalChain()
  one = await ANodeFolder.create(chain, OPERATOR)
  other = await ANodeFolder.create(chain, OPERATOR)
  const owner = await chain.connect(1)
  await chain.fund(accountAt(1).address, STAKE)
  await registerProvider(owner, { operatorKey: one.privateKey, addresses: [], stake: STAKE, ask: ASK })
})
after(async () => {
  await one[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** With a new block every time it is asked: that is when a daemon looks. */
async function hasPublished(): Promise<boolean> {
  await chain.mine(1)
  const provider = await readProvider(await chain.connect(0), OPERATOR.address)
  return provider !== undefined && provider.addresses.length > 0
}

test('a second daemon with the key of one that runs is refused before it listens, and may start when that has stopped', async () => {
  {
    await using first = await one.start()
    await eventually('published addresses', hasPublished)
    await assert.rejects(other.start(), { code: 'ALREADY_RUNNING' })
    assert.equal((await fetch(`${first.httpUrl}/readyz`)).status, 200)
  }
  await using second = await other.start()
  assert.equal((await fetch(`${second.httpUrl}/healthz`)).status, 200)
})

test('of two that start at the same moment at least one gives up at its next look', async () => {
  const p2p = { twinCheckSeconds: 0.2 }
  const started = await Promise.allSettled([one.start({ p2p }), other.start({ p2p })])
  const nodes = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  try {
    const refused = started.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []))
    let reason: unknown = refused[0]
    for (const { failed } of nodes) void failed.then((error) => (reason ??= error))
    await eventually('one that gives up', async () => {
      await hasPublished()
      return reason !== undefined
    })
    assert.ok(isStorgoError(reason, 'ALREADY_RUNNING'))
  } finally {
    for (const node of nodes) await node[Symbol.asyncDispose]()
  }
})

test('a daemon that runs alone goes on however often it looks', async () => {
  await using node = await one.start({ p2p: { twinCheckSeconds: 0.05 } })
  const failed = node.failed.then(() => assert.fail('it took itself for another'))
  const blocks = async () => {
    await eventually('published addresses', hasPublished)
    // Many more looks than it takes to find another.
    for (let question = 0; question < 30; question++) await hasPublished()
    assert.equal((await fetch(`${node.httpUrl}/healthz`)).status, 200)
  }
  await Promise.race([blocks(), failed])
})
