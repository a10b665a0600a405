import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isStorgoError } from '@storgo/protocol'
import { type FileSource, hasProven, readEpoch, type VolumeClient } from '@storgo/sdk'
import { numberToHex } from 'viem'
import { readLocalNetwork } from '../../cli/src/local-network/find.ts'
import { accounts } from '../../scripts/local/accounts.ts'
import { callChain } from '../../scripts/local/call-chain.ts'
import { runStorgo } from '../e2e/run-storgo.ts'
import { type KeptNetwork, startKept } from './persist/a-kept-network.ts'

const PROOF_TIMEOUT_MS = 90_000
const STORE_TIMEOUT_MS = 90_000
const folder = mkdtempSync(join(tmpdir(), 'storgo-kept-'))
/** The network that runs now, so that none outlives a test that fails. */
let running: KeptNetwork | undefined
after(async () => {
  await running?.killAll()
  rmSync(folder, { recursive: true, force: true })
})

async function start(...flags: string[]): Promise<KeptNetwork> {
  await running?.killAll()
  running = await startKept(folder, ...flags)
  return running
}

/** Bytes that look random, of a file that only its path names. */
function bytesOf(path: string): Uint8Array {
  const seed = createHash('sha256').update(path).digest()
  return new Uint8Array(20_000 + (seed[0] ?? 0) * 300).map((_, at) => (seed[at % 32] ?? 0) ^ Math.imul(at, 0x9e3779b1))
}

function fileAt(path: string): FileSource {
  const bytes = bytesOf(path)
  return {
    path,
    size: bytes.length,
    modifiedMs: 0,
    mediaType: 'application/octet-stream',
    async *open() {
      yield bytes
    },
  }
}

const volumeOf = ({ storgo, record }: KeptNetwork): VolumeClient => storgo.volume(BigInt(record.volumeId))

/** Stores a file; a busy machine's providers may not answer in time, which a client may try again. */
async function store(volume: VolumeClient, path: string, isOver = () => false): Promise<void> {
  for (const deadline = performance.now() + STORE_TIMEOUT_MS; ; await delay(500)) {
    try {
      await volume.put([fileAt(path)], {})
      return
    } catch (error) {
      if (!isStorgoError(error, 'NOT_ENOUGH_SLOTS') || isOver() || performance.now() > deadline) throw error
    }
  }
}

/** Paths whose content is not what was stored. */
async function differing(volume: VolumeClient, paths: readonly string[]): Promise<string[]> {
  const wrong: string[] = []
  for (const path of paths) {
    const parts: Uint8Array[] = []
    for await (const bytes of volume.get(path)) parts.push(bytes)
    if (!Buffer.concat(parts).equals(bytesOf(path))) wrong.push(path)
  }
  return wrong
}

/** Mines an epoch's seed block and waits until a provider has proven that epoch. */
async function proveAnEpoch({ storgo, record }: KeptNetwork): Promise<void> {
  const { chain } = storgo
  const mine = (blocks: bigint) => callChain(record.rpcUrl, 'anvil_mine', [numberToHex(blocks)], 30_000)
  const [provider] = accounts.operators.map(({ address }) => address)
  assert.ok(provider)
  const { block, schedule, epoch: last, seedDelayBlocks } = await readEpoch(chain)
  await mine(schedule.firstBlock + BigInt(schedule.epochBlocks + seedDelayBlocks + 1) - block)
  const epoch = (await readEpoch(chain)).epoch
  assert.equal(epoch, last + 1)
  for (const deadline = performance.now() + PROOF_TIMEOUT_MS; !(await hasProven(chain, { provider, epoch })); ) {
    assert.ok(performance.now() < deadline, `epoch ${epoch} was not proven`)
    // Providers spread their proofs over the epoch's blocks.
    await mine(1n)
    await delay(500)
  }
}

test('a network that is stopped goes on with its chain, volume and files, and proves epochs before and after', async () => {
  const first = await start()
  for (const path of ['one', 'folder/two']) await store(volumeOf(first), path)
  await proveAnEpoch(first)
  const before = await readEpoch(first.storgo.chain)
  const hash = async ({ storgo }: KeptNetwork) =>
    (await storgo.chain.publicClient.getBlock({ blockNumber: before.block })).hash
  const blockHash = await hash(first)
  await first.storgo[Symbol.asyncDispose]()
  const down = await runStorgo(['dev', 'down', '--folder', folder], { cwd: folder })
  assert.equal(down.exitCode, 0, down.stderr)
  await first.ended()
  assert.equal(readLocalNetwork(folder), undefined)

  running = undefined

  const second = await start()
  assert.equal(second.record.volumeId, first.record.volumeId)
  assert.equal(await hash(second), blockHash)
  assert.ok((await readEpoch(second.storgo.chain)).block >= before.block)
  assert.deepEqual(await differing(volumeOf(second), ['one', 'folder/two']), [])
  await store(volumeOf(second), 'three')
  await proveAnEpoch(second)
  await second.storgo[Symbol.asyncDispose]()
})

test('after SIGKILL to every process at a random moment, every acknowledged file is readable', async () => {
  // Anywhere between two of the files that are stored one after the other.
  const [files, laterMs] = [1 + randomInt(6), randomInt(400)]
  const network = await start()
  assert.ok(network.said.some((line) => line.includes('the chain that was kept runs')))
  const volume = volumeOf(network)
  const acknowledged: string[] = []
  let killed = false
  const storing = (async () => {
    for (let i = 0; ; i++) {
      const path = `killed/${i}`
      await store(volume, path, () => killed)
      acknowledged.push(path)
    }
  })()
  const ended = assert.rejects(storing)
  while (acknowledged.length < files) await Promise.race([delay(20), ended])
  await delay(laterMs)
  killed = true
  await network.killAll()
  console.log(`killed ${laterMs} ms after ${files} files; ${acknowledged.length} were acknowledged`)
  running = undefined
  await network.storgo[Symbol.asyncDispose]()
  await ended

  const again = await start()
  assert.deepEqual(await differing(volumeOf(again), ['one', 'folder/two', 'three', ...acknowledged]), [])
  await store(volumeOf(again), 'after')
  assert.deepEqual(await differing(volumeOf(again), ['after']), [])
  await again.storgo[Symbol.asyncDispose]()
})

test('with --fresh nothing is left of what was kept', async () => {
  const network = await start('--fresh')
  assert.ok(!network.said.some((line) => line.includes('the chain that was kept runs')))
  assert.deepEqual(await volumeOf(network).list(), [])
  await network.storgo[Symbol.asyncDispose]()
})

test('dev up --persist goes on in the background with what was kept', async () => {
  await running?.killAll()
  running = undefined
  const storgo = (...args: string[]) => runStorgo([...args, '--folder', folder], { cwd: folder })
  const up = await storgo('dev', 'up', '--no-files', '--persist')
  assert.equal(up.exitCode, 0, up.stderr)
  assert.match(up.stderr, /the chain that was kept runs/u)
  const down = await storgo('dev', 'down')
  assert.equal(down.exitCode, 0, down.stderr)
})
