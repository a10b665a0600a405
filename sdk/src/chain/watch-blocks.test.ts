import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pad, toHex } from 'viem'
import type { Chain } from './connect-chain.ts'
import { connectChain } from './connect-chain.ts'
import { aLine } from './fixtures/a-line.ts'
import { aLocalChain, type LocalChain } from './fixtures/local-chain.ts'
import { watchBlocks } from './watch-blocks.ts'

let chain: LocalChain
let reader: Chain
before(async () => {
  chain = await aLocalChain()
  reader = await chain.connect(0)
})
after(() => chain[Symbol.asyncDispose]())

const rpc = (method: string, params: unknown[]) => reader.publicClient.transport.request({ method, params })

/** What a watch told, one after the other; `next` waits for more. */
function aWatch(of: Chain) {
  const told: string[] = []
  let wake = () => {}
  const tell = (what: string) => {
    told.push(what)
    wake()
  }
  const watching = watchBlocks(of, {
    onBlock: ({ block }) => tell(`block ${block}`),
    onReorganisation: (block) => tell(`without ${block}`),
    onError: ({ code }) => {
      if (told.at(-1) !== code) tell(code)
    },
  })
  const until = async (what: string) => {
    while (told.at(-1) !== what) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      await promise
    }
    return told.splice(0)
  }
  return { until, [Symbol.dispose]: () => watching[Symbol.dispose]() }
}

test('blocks that are replaced are told of, whether the new chain is shorter, as long or longer', async () => {
  using watch = aWatch(reader)
  for (const [longer, seed] of [
    [1n, '0x1'],
    [3n, '0x2'],
    [5n, '0x3'],
  ] as const) {
    const first = await reader.publicClient.getBlockNumber()
    const snapshot = await rpc('evm_snapshot', [])
    await chain.mine(3)
    await watch.until(`block ${first + 3n}`)
    await rpc('evm_revert', [snapshot])
    await rpc('hardhat_setPrevRandao', [pad(toHex(BigInt(seed)), { size: 32 })])
    await chain.mine(longer)
    const told = await watch.until(`block ${first + longer}`)
    assert.equal(told[0], `without ${first + 3n}`)
  }
})

test('several blocks at once are no reorganisation', async () => {
  using watch = aWatch(reader)
  const first = await reader.publicClient.getBlockNumber()
  await watch.until(`block ${first}`)
  await chain.mine(4)
  assert.deepEqual(await watch.until(`block ${first + 4n}`), [`block ${first + 4n}`])
})

test('a chain that stops answering is told of, and its blocks are told again when it is back', async () => {
  await using line = await aLine(chain.rpcUrl)
  const { rpcUrl } = line
  using watch = aWatch(
    await connectChain({ rpcUrl, deployment: chain.deployment, pollingIntervalMs: 5, callTimeoutMs: 50 }),
  )
  const first = await reader.publicClient.getBlockNumber()
  await watch.until(`block ${first}`)
  line.hang()
  assert.deepEqual(await watch.until('CHAIN_UNREACHABLE'), ['CHAIN_UNREACHABLE'])
  await chain.mine(1)
  line.mend()
  assert.deepEqual(await watch.until(`block ${first + 1n}`), [`block ${first + 1n}`])
})
