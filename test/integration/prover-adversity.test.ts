import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import { readSeed } from '@storgo/sdk'
import type { ProviderNode } from '../../node/src/node.ts'
import { type AProver, aProver, caughtUp, eventually, metric, type Reachable } from './prover/a-prover.ts'

// A real provider on a real chain whose blocks come only when the test says so. Every test begins with a new epoch.
let prover: AProver
let node: ProviderNode | undefined

before(async () => {
  prover = await aProver()
})
afterEach(async () => {
  await node?.[Symbol.asyncDispose]()
  node = undefined
  prover.line.mend()
  await prover.mineAt(1)
})
after(() => prover[Symbol.asyncDispose]())

/** A new epoch, in which the provider is running. */
async function anEpoch(settings: Readonly<Record<string, unknown>> = {}): Promise<Epoch> {
  node ??= await prover.start(settings)
  const epoch = await prover.chain.nextEpoch()
  await caughtUp(prover, node)
  return epoch
}

const running = (): ProviderNode => node ?? assert.fail('no node runs')

/** Mines block after block, each seen by the node, until it is so; the epoch must not end before that. */
async function mineUntil(
  what: string,
  isSo: () => Promise<boolean>,
  { gwei = 1, by = running() as Reachable } = {},
): Promise<void> {
  const epoch = await prover.epoch()
  while (!(await isSo())) {
    await prover.mineAt(gwei)
    assert.equal(await prover.epoch(), epoch, `the epoch ended: ${what}`)
    await caughtUp(prover, by)
  }
}

async function proofInPool(by: Reachable = running()): Promise<void> {
  const waits = async () => (await prover.pending()).includes('prove')
  await mineUntil('the moment', async () => (await prover.blockInEpoch()) >= 5, { by })
  await eventually('a proof in the pool', waits)
}

test('a provider that is killed with its proof on the way, and started again, proves once', async () => {
  const first = await prover.spawn()
  const epoch = await prover.chain.nextEpoch()
  const from = await prover.client.publicClient.getBlockNumber()
  await seedStored(first)
  await proofInPool(first)
  await first.kill()
  node = await prover.start()
  await mineUntil('the proof', () => prover.hasProven(epoch))
  for (let block = 0; block < 4; block++) {
    await prover.mine()
    await caughtUp(prover, running())
  }
  const proofs = (await prover.sentSince(from)).filter(({ call }) => call === 'prove')
  assert.equal(proofs.length, 1)
  assert.equal((await prover.pending()).includes('prove'), false)
})

test('while the chain does not answer the node serves and says so, and proves when it is back', async () => {
  const epoch = await anEpoch()
  await seedStored()
  prover.line.cut()
  const ready = async () => (await fetch(`${running().httpUrl}/readyz`)).json()
  await eventually('not ready', async () => !(await ready()).ready)
  assert.deepEqual((await ready()).checks, { chain: false, listening: true, store: true })
  assert.equal((await fetch(`${running().httpUrl}/healthz`)).status, 200)
  assert.equal((await fetch(`${running().httpUrl}/status`)).status, 200)
  await prover.mine(6)
  prover.line.mend()
  await eventually('ready', async () => (await ready()).ready)
  await mineUntil('the proof', () => prover.hasProven(epoch))
})

test('a proof that blocks pass over for its fee is replaced, and included once', async () => {
  const epoch = await anEpoch()
  const from = await prover.client.publicClient.getBlockNumber()
  await seedStored()
  await proofInPool()
  await mineUntil('the proof', () => prover.hasProven(epoch), { gwei: 30 })
  const proofs = (await prover.sentSince(from)).filter(({ call }) => call === 'prove')
  assert.equal(proofs.length, 1)
  assert.ok((proofs[0]?.maxFeePerGas ?? 0n) >= 30_000_000_000n)
})

test('a proof that the maximum fee keeps out until it is too late does not hold up the next', async () => {
  const { rpcUrl, deploymentFile } = prover.folder.settings.chain.valueOf() as {
    rpcUrl: string
    deploymentFile: string
  }
  const epoch = await anEpoch({ chain: { rpcUrl, deploymentFile, maxFeeGwei: 5 } })
  const from = await prover.client.publicClient.getBlockNumber()
  await seedStored()
  await proofInPool()
  while ((await prover.epoch()) === epoch) {
    await prover.mineAt(30)
    await caughtUp(prover, running())
  }
  assert.equal(await prover.hasProven(epoch), false)
  const next = await prover.epoch()
  await mineUntil('the next proof', () => prover.hasProven(next))
  const proofs = (await prover.sentSince(from)).filter(({ call }) => call === 'prove')
  assert.equal(proofs.length, 1)
  assert.ok((proofs[0]?.maxFeePerGas ?? 0n) <= 5_000_000_000n)
})

test('a reorganisation across the seed block has the epoch proven again, on its new seed', async () => {
  const epoch = await anEpoch()
  const snapshot = await prover.rpc('evm_snapshot', [])
  await prover.setRandao(1)
  await mineUntil('the proof', () => prover.hasProven(epoch))
  await caughtUp(prover, running())
  const undone = await metric(running(), 'storgo_chain_reorganisations_total')
  await prover.rpc('evm_revert', [snapshot])
  await prover.setRandao(2)
  assert.equal(await prover.hasProven(epoch), false)
  await mineUntil('the proof', () => prover.hasProven(epoch))
  assert.ok(((await metric(running(), 'storgo_chain_reorganisations_total')) ?? 0) > (undone ?? 0))
})

async function seedStored(by: Reachable = running()): Promise<void> {
  const epoch = await prover.epoch()
  await mineUntil('the seed', async () => (await readSeed(prover.client, epoch)) !== undefined, { by })
}
