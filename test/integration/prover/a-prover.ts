import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import { type Chain, hasProven, openVolume, readEpoch, registerProvider } from '@storgo/sdk'
import { type Address, decodeFunctionData, isAddressEqual, numberToHex, pad, parseGwei, toHex } from 'viem'
import { ANodeFolder } from '../../../node/src/fixtures/a-node-folder.ts'
import { aLine } from '../../../sdk/src/chain/fixtures/a-line.ts'
import { ASK, accountAt, aLocalChain, PRICE, STAKE } from '../../../sdk/src/chain/fixtures/local-chain.ts'

/** Its moment to prove is block 5 of every epoch; the other two slots of the volume are held by nobody who runs. */
const OPERATORS = [15, 16, 17].map(accountAt)
const [OPERATOR] = OPERATORS
const MAIN = join(import.meta.dirname, '../../../node/src/main.ts')
/** What a test needs of a running node. */
export type Reachable = { httpUrl: string }
/** A transaction of the operator that a block includes. */
export type SentByOperator = { call: string; block: bigint; nonce: number; maxFeePerGas: bigint | undefined }

/** A real chain that goes on only when the test says so, one real provider on it, and a line between the two. */
export async function aProver() {
  if (OPERATOR === undefined) throw new Error('there is an operator')
  await using resources = new AsyncDisposableStack()
  const chain = resources.use(await aLocalChain())
  const line = resources.use(await aLine(chain.rpcUrl))
  const client = await chain.connect(2)
  const owner = await chain.connect(1)
  await chain.fund(accountAt(1).address, STAKE * 3n)
  await chain.fund(accountAt(2).address, 100_000n * PRICE)
  const folder = resources.use(await ANodeFolder.create({ ...chain, rpcUrl: line.rpcUrl }, OPERATOR))
  for (const operator of OPERATORS) {
    const operatorKey = new Uint8Array(operator.getHdKey().privateKey ?? [])
    await registerProvider(owner, { operatorKey, addresses: [], stake: STAKE, ask: ASK })
  }
  await openVolume(client, {
    ...{ k: 2, m: 1, sectors: 4, epochs: 1_000, maxPricePerEpoch: 12n * PRICE },
    providers: OPERATORS.map(({ address }) => address),
    ...{ sessionKey: accountAt(3).address, sessionKeyExpiry: 4_000_000_000n },
  })
  const rpc = (method: string, params: unknown[]) => client.publicClient.transport.request({ method, params })
  await chain.setAutomine(false)
  const running = resources.move()
  return {
    ...{ chain, line, folder, client, rpc, operator: OPERATOR.address },
    /** Settings that leave nothing but proofs and seeds to be sent. */
    start: (change: Readonly<Record<string, unknown>> = {}) => folder.start({ settleEveryEpochs: 1_000, ...change }),
    /** The same as a process of its own, that can be killed. */
    spawn: () => aProcess(folder),
    mine: (blocks = 1) => chain.mine(blocks),
    /** Mines one block at this base fee, in gwei. */
    mineAt: async (gwei: number) => {
      await rpc('hardhat_setNextBlockBaseFeePerGas', [numberToHex(parseGwei(String(gwei)))])
      await chain.mine(1)
    },
    /** The RANDAO value of the next block. */
    setRandao: (value: number) => rpc('hardhat_setPrevRandao', [pad(toHex(value), { size: 32 })]),
    hasProven: (epoch: Epoch) => hasProven(client, { provider: OPERATOR.address, epoch }),
    epoch: async () => (await readEpoch(client)).epoch,
    /** Blocks since the epoch's first. */
    blockInEpoch: async () => {
      const { block, firstBlock } = await readEpoch(client)
      return Number(block - firstBlock)
    },
    pending: () => pendingOf(client, OPERATOR.address),
    sentSince: (block: bigint) => sentBy(client, OPERATOR.address, block),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function aProcess({ folder, dataDir, settings }: ANodeFolder) {
  const file = join(folder, 'process.json')
  await writeFile(file, JSON.stringify({ ...settings, settleEveryEpochs: 1_000 }))
  const child = spawn(process.execPath, [MAIN, '--config', file], { stdio: 'ignore' })
  const record = async () => JSON.parse(await readFile(join(dataDir, 'node.json'), 'utf8').catch(() => '{}'))
  await eventually('node.json', async () => (await record()).pid === child.pid)
  return {
    httpUrl: String((await record()).httpUrl),
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

export type AProver = Awaited<ReturnType<typeof aProver>>

/** The world outside answers in its own time; this looks again until it has, or fails. */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = performance.now() + 30_000; performance.now() < deadlineMs; await delay(30)) {
    if (await isSo()) return
  }
  throw new Error(`${what}: not within 30 s`)
}

/** Waits until the node has seen the chain's newest block. */
export async function caughtUp({ client }: AProver, node: Reachable): Promise<void> {
  const block = await client.publicClient.getBlockNumber()
  await eventually(`block ${block}`, async () => (await metric(node, 'storgo_chain_block')) === Number(block))
}

export async function metric(node: Reachable, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${node.httpUrl}/metrics`)).text()
  const value = text.split('\n').find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return value === undefined ? undefined : Number(value.split(' ').at(-1))
}

async function pendingOf({ publicClient }: Chain, operator: Address): Promise<string[]> {
  const { transactions } = await publicClient.getBlock({ blockTag: 'pending', includeTransactions: true })
  return transactions.filter(({ from }) => isAddressEqual(from, operator)).map(({ input }) => callOf(input))
}

async function sentBy({ publicClient }: Chain, operator: Address, since: bigint): Promise<SentByOperator[]> {
  const sent: SentByOperator[] = []
  const last = await publicClient.getBlockNumber()
  for (let block = since; block <= last; block++) {
    const { transactions } = await publicClient.getBlock({ blockNumber: block, includeTransactions: true })
    for (const { from, input, nonce, maxFeePerGas } of transactions) {
      if (isAddressEqual(from, operator)) sent.push({ call: callOf(input), block, nonce, maxFeePerGas })
    }
  }
  return sent
}

/** `other` for what is not a call of the proofs' contract. */
function callOf(data: `0x${string}`): string {
  try {
    return decodeFunctionData({ abi: proofOfStorageAbi, data }).functionName
  } catch {
    return 'other'
  }
}
