import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createPublicClient, http, parseEther } from 'viem'
import { accounts } from './accounts.ts'
import { callChain } from './call-chain.ts'
import { anvil } from './chain-program.ts'
import { keepChain, restoreChain } from './keep-chain.ts'
import { startChain } from './start-chain.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'storgo-chain-'))
after(() => rm(folder, { recursive: true, force: true }))
const stateFile = join(folder, 'chain', 'state.json.gz')
const { address } = accounts.demo

function fail(error: unknown): never {
  throw error
}

/** A chain that begins with what `stateFile` has, until it is disposed. */
async function aChain() {
  await using resources = new AsyncDisposableStack()
  const program = anvil(await restoreChain(stateFile))
  const { rpcUrl } = await startChain({ program, repository, logFile: join(folder, 'chain.log') }, resources)
  const client = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 })
  const running = resources.move()
  return { rpcUrl, client, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Changes a balance and mines a block. */
async function setBalance(rpcUrl: string, amount: bigint): Promise<void> {
  await callChain(rpcUrl, 'anvil_setBalance', [address, `0x${amount.toString(16)}`])
  await callChain(rpcUrl, 'anvil_mine', ['0x1'])
}

test('a chain that was kept begins with the blocks and balances of its last state', async () => {
  const before = await (async () => {
    await using chain = await aChain()
    await using _ = await keepChain({ rpcUrl: chain.rpcUrl, stateFile }, fail)
    await setBalance(chain.rpcUrl, parseEther('5'))
    return chain.client.getBlock()
  })()
  await using chain = await aChain()
  const { hash, mixHash } = await chain.client.getBlock({ blockNumber: before.number })
  assert.deepEqual({ hash, mixHash }, { hash: before.hash, mixHash: before.mixHash })
  assert.equal(await chain.client.getBalance({ address }), parseEther('5'))
  await setBalance(chain.rpcUrl, parseEther('6'))
  assert.ok((await chain.client.getBlockNumber()) > before.number)
})

test('a chain that is killed begins with what was written last', async () => {
  await using chain = await aChain()
  await setBalance(chain.rpcUrl, parseEther('7'))
  const keeping = await keepChain({ rpcUrl: chain.rpcUrl, stateFile }, () => {})
  const kept = await readFile(stateFile)
  await chain[Symbol.asyncDispose]()
  // Nothing answers any more: what is on disk stays.
  await keeping[Symbol.asyncDispose]()
  assert.deepEqual(await readFile(stateFile), kept)
  await using again = await aChain()
  assert.equal(await again.client.getBalance({ address }), parseEther('7'))
})

test('a state that is cut off is refused, and named', async () => {
  await truncate(stateFile, (await readFile(stateFile)).length - 9)
  await assert.rejects(restoreChain(stateFile), { code: 'CONFIG_INVALID', details: { stateFile } })
  assert.equal(await restoreChain(join(folder, 'none')), undefined)
})

test('where there is no anvil, that is said', () => {
  assert.throws(() => anvil(undefined, 'sunos-mips'), { code: 'CONFIG_INVALID', details: { platform: 'sunos-mips' } })
})
