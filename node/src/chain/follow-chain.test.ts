import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type BlockNumber, type Epoch, StorgoError } from '@storgo/protocol'
import type { BlockWatcher } from '@storgo/sdk'
import { pino } from 'pino'
import type { Address } from 'viem'
import type { ChainHead } from '../prover/proof-chain.ts'
import { publishAddresses } from './address-publisher.ts'
import { EpochClock } from './epoch-clock.ts'
import { followChanges } from './follow-changes.ts'
import { ProviderDirectory } from './provider-directory.ts'

const logger = pino({ level: 'silent' })
const signal = AbortSignal.timeout(10_000)
const operator: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const headAt = (block: bigint): ChainHead => ({
  ...{ block, epoch: Number(block / 30n) as Epoch, firstBlock: (block / 30n) * 30n },
  ...{ epochBlocks: 30, seedDelayBlocks: 2 },
})

async function aClock() {
  const chain = { block: 5n, reads: 0, nowMs: 0, down: false, watcher: undefined as BlockWatcher | undefined }
  const clock = await EpochClock.start({
    readEpoch: async () => {
      chain.reads++
      if (chain.down) throw new StorgoError('CHAIN_UNREACHABLE', 'down')
      return headAt(chain.block)
    },
    watchBlocks: (watcher) => {
      chain.watcher = watcher
      return { [Symbol.dispose]: () => {} }
    },
    nowMs: () => chain.nowMs,
    logger,
  })
  const heads: ChainHead[] = []
  clock.onHead((head) => heads.push(head))
  const block = async (number: bigint) => {
    chain.block = number
    chain.watcher?.onBlock({ block: number as BlockNumber, timestampSeconds: number * 12n })
    await turn()
  }
  return { chain, clock, heads, block }
}

test('the clock asks the chain for the epoch only when one begins', async () => {
  const { chain, clock, heads, block } = await aClock()
  for (const number of [6n, 7n, 29n]) await block(number)
  assert.equal(chain.reads, 1)
  await block(31n)
  assert.equal(chain.reads, 2)
  assert.equal(clock.epoch, 1)
  assert.deepEqual(
    heads.map((head) => head.block),
    [6n, 7n, 29n, 31n],
  )
})

test('while the epoch cannot be read the old one stands, and the next block tries again', async () => {
  const { chain, clock, block } = await aClock()
  chain.down = true
  await block(30n)
  assert.equal(clock.epoch, 0)
  chain.down = false
  await block(31n)
  assert.equal(clock.epoch, 1)
})

test('a chain that does not answer, or has no new blocks for a minute, is not alive', async () => {
  const { chain, clock, block } = await aClock()
  chain.nowMs = 60_000
  assert.equal(clock.isAlive, false)
  await block(6n)
  assert.equal(clock.isAlive, true)
  chain.watcher?.onError(new StorgoError('CHAIN_UNREACHABLE', 'down'))
  assert.equal(clock.isAlive, false)
  await block(7n)
  assert.equal(clock.isAlive, true)
})

test('after a reorganisation the epoch is read again, and what depends on blocks is told before the next one', async () => {
  const { chain, clock, heads, block } = await aClock()
  let told = 0
  clock.onReorganisation(() => {
    told++
    assert.equal(heads.length, 2)
  })
  await block(30n)
  await block(31n)
  chain.watcher?.onReorganisation(31n as BlockNumber)
  await block(29n)
  assert.deepEqual([told, clock.epoch, chain.reads], [1, 0, 3])
})

test('the chain goes by the time of its blocks, whatever the clock of this machine says', async (context) => {
  const { chain, clock, block } = await aClock()
  await block(100n)
  chain.nowMs += 2_500
  context.mock.timers.enable({ apis: ['Date'], now: 4_000_000_000_000 })
  assert.equal(clock.chainTimeMs, 1_202_500)
})

test('blocks that a reorganisation brings are asked about, though their numbers were', async () => {
  const asked: string[] = []
  const listener = followChanges(headAt(10n), {
    readChangedVolumes: async ({ from, to }) => {
      asked.push(`${from}-${to}`)
      return new Set()
    },
    ...{ forget: () => {}, logger },
  })
  for (const number of [15n, 12n, 14n]) {
    listener(headAt(number))
    await turn()
  }
  assert.deepEqual(asked, ['11-15', '13-14'])
})

test('every block is asked about exactly once, and again when that failed', async () => {
  const asked: [bigint, bigint][] = []
  const forgotten: bigint[] = []
  let fails = true
  const listener = followChanges(headAt(10n), {
    readChangedVolumes: async ({ from, to }) => {
      asked.push([from, to])
      if (fails) throw new Error('down')
      return new Set([from])
    },
    forget: (volumeId) => forgotten.push(volumeId),
    logger,
  })
  listener(headAt(12n))
  await turn()
  fails = false
  listener(headAt(12n))
  await turn()
  listener(headAt(12n))
  listener(headAt(2013n))
  await turn()
  assert.deepEqual(asked, [
    [11n, 12n],
    [11n, 12n],
    [13n, 1012n],
    [1013n, 2012n],
    [2013n, 2013n],
  ])
  assert.deepEqual(forgotten, [11n, 13n, 1013n, 2013n])
})

test('addresses are published when the registry has others, once an epoch at most, and not before the provider is registered', async () => {
  const written: number[] = []
  let published: Uint8Array[] | undefined
  const listener = publishAddresses({
    chain: {
      readAddresses: async () => published,
      publishAddresses: async (addresses) => {
        written.push(addresses.length)
        published = [...addresses]
      },
    },
    ...{ operator, logger, addresses: () => [Uint8Array.of(1, 2)], assertAlone: async () => {} },
  })
  const blocks = async (...numbers: bigint[]) => {
    for (const number of numbers) {
      listener(headAt(number))
      await turn()
    }
  }
  await blocks(1n, 2n)
  assert.deepEqual(written, [])
  published = []
  await blocks(3n, 4n)
  assert.deepEqual(written, [1])
  published = [Uint8Array.of(9)]
  await blocks(5n, 29n)
  assert.deepEqual(written, [1])
  await blocks(30n, 60n)
  assert.deepEqual(written, [1, 1])
})

test('addresses under which another process of the provider answers are left as they are', async () => {
  const written: number[] = []
  const listener = publishAddresses({
    chain: {
      readAddresses: async () => [Uint8Array.of(9)],
      publishAddresses: async (addresses) => void written.push(addresses.length),
    },
    ...{ operator, logger, addresses: () => [Uint8Array.of(1, 2)] },
    assertAlone: async () => {
      throw new StorgoError('ALREADY_RUNNING', 'found')
    },
  })
  listener(headAt(1n))
  await turn()
  assert.deepEqual(written, [])
})

test('who is a provider is asked once a minute, who is not every two seconds', async () => {
  let [reads, nowMs, registered] = [0, 0, false]
  const directory = new ProviderDirectory(
    async () => {
      reads++
      return registered
    },
    () => nowMs,
  )
  assert.equal(await directory.isProvider(operator, { signal }), false)
  registered = true
  assert.equal(await directory.isProvider(operator, { signal }), false)
  nowMs = 2_000
  assert.equal(await directory.isProvider(operator, { signal }), true)
  nowMs = 61_999
  await directory.isProvider(operator, { signal })
  assert.equal(reads, 2)
  nowMs = 62_000
  await directory.isProvider(operator, { signal })
  assert.equal(reads, 3)
})
