import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { storgoTokenAbi } from '@storgo/contracts/abi'
import { encodeFunctionData, numberToHex, parseEther, parseGwei } from 'viem'
import { countStrayTransactions } from './account-nonces.ts'
import type { Chain } from './connect-chain.ts'
import { connectChain } from './connect-chain.ts'
import { aLine } from './fixtures/a-line.ts'
import { accountAt, aLocalChain, type LocalChain } from './fixtures/local-chain.ts'
import { readBalance } from './read-balance.ts'
import { send } from './send.ts'

// One account sends while blocks come only when the test says so, at the base fee that it says.
let chain: LocalChain
let reader: Chain
const account = accountAt(8)
const to = accountAt(9).address
const transfer = (amount: bigint) => ({
  to: chain.deployment.token,
  data: encodeFunctionData({ abi: storgoTokenAbi, functionName: 'transfer', args: [to, amount] }),
})
const storOf = async (address: typeof to) => (await readBalance(reader, address)).stor
const rpc = (method: string, params: unknown[]) => reader.publicClient.transport.request({ method, params })
const nonceAt = (blockTag: 'latest' | 'pending') =>
  reader.publicClient.getTransactionCount({ address: account.address, blockTag })

before(async () => {
  chain = await aLocalChain()
  reader = await chain.connect(0)
  await chain.fund(account.address, parseEther('1'))
  await chain.setAutomine(false)
})
afterEach(() => mineAt(1))
after(() => chain[Symbol.asyncDispose]())

const connect = (maxGwei: number | undefined, rpcUrl = chain.rpcUrl) => {
  const maxFeePerGas = maxGwei === undefined ? undefined : parseGwei(String(maxGwei))
  const sender = { account, soleSender: true, maxFeePerGas, pollingIntervalMs: 5 }
  return connectChain({ rpcUrl, deployment: chain.deployment, ...sender, callTimeoutMs: 500 })
}

async function mineAt(gwei: number): Promise<void> {
  await rpc('hardhat_setNextBlockBaseFeePerGas', [numberToHex(parseGwei(String(gwei)))])
  await chain.mine(1)
}

/** Turns once for every step of the outside world, until it is so. */
async function until(isSo: () => Promise<boolean>, step: () => Promise<unknown> = pool): Promise<void> {
  for (let left = 2_000; left > 0; left--) {
    if (await isSo()) return
    await step()
  }
  assert.fail('it never came so far')
}

/** The account's transactions that wait to be included. */
async function pool(): Promise<string[]> {
  const { transactions } = await reader.publicClient.getBlock({ blockTag: 'pending', includeTransactions: true })
  return transactions.filter(({ from }) => from === account.address.toLowerCase()).map(({ hash }) => hash)
}

async function settled<T>(work: Promise<T>): Promise<() => boolean> {
  let done = false
  work.then(
    () => {
      done = true
    },
    () => {
      done = true
    },
  )
  return () => done
}

test('a transaction that blocks pass over is replaced under its nonce by one that offers more, and runs once', async () => {
  const sender = await connect(100)
  await mineAt(1)
  const [nonce, stor] = [await nonceAt('latest'), await storOf(to)]
  const sent = send(sender, transfer(1n))
  const isDone = await settled(sent)
  await until(async () => (await nonceAt('pending')) > nonce)
  await until(
    async () => isDone(),
    () => mineAt(20),
  )
  const { transactionHash } = await sent
  const { maxFeePerGas, nonce: used } = await reader.publicClient.getTransaction({ hash: transactionHash })
  assert.equal(used, nonce)
  assert.ok(maxFeePerGas !== undefined && maxFeePerGas >= parseGwei('20') && maxFeePerGas <= parseGwei('100'))
  assert.equal(await storOf(to), stor + 1n)
  assert.equal(await nonceAt('latest'), nonce + 1)
})

test('a transaction that is too late is taken out of the way, and neither runs nor holds up the next; none offers more than the maximum', async () => {
  const sender = await connect(6)
  await mineAt(1)
  const [nonce, stor] = [await nonceAt('latest'), await storOf(to)]
  const lastBlock = (await reader.publicClient.getBlockNumber()) + 8n
  const late = send(sender, transfer(1n), { lastBlock })
  const isDone = await settled(late)
  await until(async () => (await nonceAt('pending')) > nonce)
  await until(
    async () => isDone(),
    () => mineAt(20),
  )
  await assert.rejects(late, { code: 'TIMED_OUT' })
  const next = send(sender, transfer(100n))
  const isNextDone = await settled(next)
  await until(
    async () => isNextDone(),
    () => mineAt(1),
  )
  const { transactionHash } = await next
  const { maxFeePerGas } = await reader.publicClient.getTransaction({ hash: transactionHash })
  assert.ok(maxFeePerGas !== undefined && maxFeePerGas <= parseGwei('6'))
  assert.equal(await storOf(to), stor + 100n)
})

test('what an earlier process left in the pool is seen, and replaced by the sole sender', async () => {
  await mineAt(1)
  const [nonce, stor] = [await nonceAt('latest'), await storOf(to)]
  const earlier = await chain.connect(8)
  const left = new AbortController()
  const leaving = send(earlier, transfer(7n), { signal: left.signal })
  await until(async () => (await nonceAt('pending')) > nonce)
  const sender = await connect(100)
  assert.equal(await countStrayTransactions(sender), 0)
  left.abort(new Error('killed'))
  await assert.rejects(leaving, /killed/)
  const before = await pool()
  const sent = send(sender, transfer(1n))
  const isDone = await settled(sent)
  await until(async () => String(await pool()) !== String(before))
  await until(
    async () => isDone(),
    () => mineAt(1),
  )
  await sent
  assert.equal(await storOf(to), stor + 1n)
  assert.equal(await nonceAt('latest'), nonce + 1)
})

test('a transaction of another process counts as stray, and one sent by the sole sender takes its place', async () => {
  await mineAt(1)
  const [nonce, stor] = [await nonceAt('latest'), await storOf(to)]
  const { walletClient } = await chain.connect(8)
  await walletClient?.sendTransaction({ ...transfer(7n), gas: 100_000n, nonce })
  const sender = await connect(100)
  assert.equal(await countStrayTransactions(sender), 1)
  const before = await pool()
  const sent = send(sender, transfer(1n))
  const isDone = await settled(sent)
  await until(async () => String(await pool()) !== String(before))
  await until(
    async () => isDone(),
    () => mineAt(1),
  )
  await sent
  assert.equal(await storOf(to), stor + 1n)
})

test('a chain that does not answer for a while is waited for, and the transaction runs once', async () => {
  await using line = await aLine(chain.rpcUrl)
  const sender = await connect(100, line.rpcUrl)
  await mineAt(1)
  const [nonce, stor] = [await nonceAt('latest'), await storOf(to)]
  const sent = send(sender, transfer(1n))
  const isDone = await settled(sent)
  await until(async () => (await nonceAt('pending')) > nonce)
  line.cut()
  for (let blocks = 0; blocks < 5; blocks++) await mineAt(1)
  line.mend()
  await until(async () => isDone())
  await sent
  assert.equal(await storOf(to), stor + 1n)
  assert.equal(await nonceAt('latest'), nonce + 1)
})
