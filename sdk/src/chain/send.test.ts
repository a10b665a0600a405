import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { storgoTokenAbi } from '@storgo/contracts/abi'
import type { StorgoError } from '@storgo/protocol'
import { type Address, encodeFunctionData, parseEther, parseGwei } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type Chain, connectChain } from './connect-chain.ts'
import { accountAt, aLocalChain, type LocalChain } from './fixtures/local-chain.ts'
import { readBalance } from './read-balance.ts'
import { send } from './send.ts'

let chain: LocalChain
let sender: Chain
const from = accountAt(4).address
const to = accountAt(5).address
const call = (functionName: 'transfer' | 'approve', address: Address, amount: bigint) => ({
  to: chain.deployment.token,
  data: encodeFunctionData({ abi: storgoTokenAbi, functionName, args: [address, amount] }),
})
const storOf = async (address: Address) => (await readBalance(sender, address)).stor

before(async () => {
  chain = await aLocalChain()
  sender = await chain.connect(4)
  await chain.fund(from, parseEther('1'))
})
after(() => chain[Symbol.asyncDispose]())

describe('sending', () => {
  test('many at once from one account, by several connections, all arrive, whatever fails between them', async () => {
    const before = await storOf(to)
    const other = await chain.connect(4)
    const results = await Promise.allSettled(
      Array.from({ length: 24 }, (_, i) =>
        send(i % 2 ? sender : other, call('transfer', to, i % 4 === 3 ? parseEther('100') : 1n)),
      ),
    )
    const failed = results.filter((result) => result.status === 'rejected')
    assert.deepEqual(
      failed.map(({ reason }) => reason.code),
      Array(6).fill('INSUFFICIENT_FUNDS'),
    )
    assert.equal((await storOf(to)) - before, 18n)
  })

  test('goes on while earlier transactions wait to be included', async () => {
    const before = await storOf(to)
    await chain.setAutomine(false)
    const { publicClient } = sender
    const pending = () => publicClient.getTransactionCount({ address: from, blockTag: 'pending' })
    const nonce = await pending()
    const sent = Promise.all([1n, 2n, 3n].map((amount) => send(sender, call('transfer', to, amount))))
    while ((await pending()) < nonce + 3);
    await chain.mine(1)
    const receipts = await sent
    await chain.setAutomine(true)
    assert.equal(new Set(receipts.map(({ blockNumber }) => blockNumber)).size, 1)
    assert.equal((await storOf(to)) - before, 6n)
  })

  test('tells why a transaction failed that looked well when it was sent', async () => {
    const spender = await chain.connect(6)
    const owner = await chain.connect(7)
    await chain.fund(accountAt(7).address, 5n)
    await send(owner, call('approve', accountAt(6).address, 5n))
    const args = [accountAt(7).address, to, 5n] as const
    const data = encodeFunctionData({ abi: storgoTokenAbi, functionName: 'transferFrom', args })
    await chain.setAutomine(false)
    const { publicClient, walletClient } = owner
    const pending = () => publicClient.getTransactionCount({ address: accountAt(6).address, blockTag: 'pending' })
    const nonce = await pending()
    const late = assert.rejects(send(spender, { to: chain.deployment.token, data }), {
      code: 'INSUFFICIENT_FUNDS',
      details: { error: 'ERC20InsufficientBalance', sender: accountAt(7).address, balance: 0n, needed: 5n },
    })
    while ((await pending()) === nonce);
    // Pays more, so it is included first and leaves nothing to take.
    const fees = { maxPriorityFeePerGas: parseGwei('50'), maxFeePerGas: parseGwei('100') }
    await walletClient?.sendTransaction({ ...call('transfer', to, 5n), ...fees, gas: 200_000n })
    await chain.mine(1)
    await late
    await chain.setAutomine(true)
  })

  test('needs an account, and one that can pay for gas', async () => {
    const { rpcUrl, deployment } = chain
    const reader = await connectChain({ rpcUrl, deployment })
    await assert.rejects(send(reader, call('transfer', to, 1n)), { code: 'CONFIG_INVALID' })
    const account = privateKeyToAccount(generatePrivateKey())
    const poor = await connectChain({ rpcUrl, deployment, account, pollingIntervalMs: 10 })
    await assert.rejects(send(poor, call('transfer', to, 0n)), { code: 'INSUFFICIENT_FUNDS' })
  })
})

describe('a chain', () => {
  test('that is another, or was reset, is told from the one deployed on', async () => {
    const { rpcUrl, deployment } = chain
    const connect = (change: object) => connectChain({ rpcUrl, deployment: { ...deployment, ...change } })
    await assert.rejects(connect({ chainId: 1 }), { code: 'WRONG_CHAIN', details: { expected: 1, actual: 31337 } })
    await assert.rejects(connect({ proofs: to }), { code: 'WRONG_CHAIN' })
  })

  test('has the highest fee of the moment', async () => {
    const options = { rpcUrl: chain.rpcUrl, deployment: chain.deployment, maxFeePerGas: 7n }
    const { sending } = await connectChain(options)
    assert.equal(sending.maxFeePerGas, 7n)
    options.maxFeePerGas = 8n
    assert.equal(sending.maxFeePerGas, 8n)
  })

  test('that does not answer is unreachable, and its address stays out of what is shown', async () => {
    const frozen = createServer(() => {}).listen(0, '127.0.0.1')
    await once(frozen, 'listening')
    const address = frozen.address()
    const port = typeof address === 'object' && address ? address.port : 0
    for (const rpcUrl of [`http://127.0.0.1:${port}/secret-key`, 'http://127.0.0.1:1/secret-key']) {
      const connecting = connectChain({ rpcUrl, deployment: chain.deployment, callTimeoutMs: 100 })
      await assert.rejects(connecting, (error: StorgoError) => {
        return error.code === 'CHAIN_UNREACHABLE' && !inspect(error, { depth: 9, showHidden: true }).includes('secret')
      })
    }
    frozen.close()
  })
})
