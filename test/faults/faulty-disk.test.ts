import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hasProven, readEpoch } from '@storgo/sdk'
import { getAddress, numberToHex } from 'viem'
import { callChain } from '../../scripts/local/call-chain.ts'
import { aFile, sha256 } from '../integration/volumes/a-file.ts'
import { type ANetwork, aNetwork } from '../integration/volumes/a-network.ts'
import { AProvider, eventually } from '../integration/volumes/a-provider.ts'
import { type DiskFault, setFault } from './faulty-disk.ts'

const MIB = 1 << 20
const SLOT = 4
/** With slot 4 they are k: what they serve needs it. */
const OTHERS_AWAY = [0, 2]
const SOON_MS = 60_000
const UNHEALTHY = 5
const PROGRAM = fileURLToPath(new URL('faulty-provider.ts', import.meta.url))
const EARLY = aFile('early', 5 * MIB + 3)

let network: ANetwork
let provider: AProvider

before(async () => {
  network = await aNetwork()
  const holder = network.holders[SLOT]
  assert.ok(holder)
  provider = new AProvider(holder)
  await setFault(provider.dataDir, 'none')
  await provider.stop()
  await provider.start({ program: PROGRAM, settings: { disk: { probeSeconds: 0.5, unreadableSeconds: 3 } } })
  await using client = await network.client()
  assert.equal((await client.volume.put([EARLY], { waitForFullMs: SOON_MS })).full, true)
})
after(async () => {
  await provider?.stop()
  await network?.[Symbol.asyncDispose]()
})

const ready = async () => {
  const answer = await provider.fetch('/readyz')
  const { checks }: { checks: Record<string, boolean> } = await answer.json()
  return { status: answer.status, store: checks['store'] }
}
const metric = async (name: string) =>
  new RegExp(`^${name} (\\d+)$`, 'mu').exec(await (await provider.fetch('/metrics')).text())?.[1]
const logged = async (text: string) => (await provider.log()).includes(text)

/** A write goes on without the slot. */
async function refusesAWrite(path: string): Promise<void> {
  await using client = await network.client()
  const { full, receipts } = await client.volume.put([aFile(path, 3 * MIB + 1)], { waitForFullMs: 1_000 })
  assert.deepEqual([full, receipts], [false, 5])
}

/** Reads with two others frozen, so that nothing can be read without the slot; it has the last state still. */
async function servesReads(): Promise<void> {
  for (const slot of OTHERS_AWAY) network.holders[slot]?.child.signal('SIGSTOP')
  try {
    await using client = await network.client()
    assert.equal(await sha256(client.volume.get(EARLY.path)), await sha256(EARLY.open()))
  } finally {
    for (const slot of OTHERS_AWAY) network.holders[slot]?.child.signal('SIGCONT')
  }
}

/** Goes to the next epoch's seed; the provider proves it. */
async function provesTheNextEpoch(): Promise<void> {
  await using client = await network.client()
  const { chain } = client.storgo
  const mine = (blocks: bigint) => callChain(network.rpcUrl, 'hardhat_mine', [numberToHex(blocks)], 30_000)
  const { block, schedule, epoch: last, seedDelayBlocks } = await readEpoch(chain)
  await mine(schedule.firstBlock + BigInt(schedule.epochBlocks + seedDelayBlocks + 1) - block)
  const { epoch } = await readEpoch(chain)
  assert.equal(epoch, last + 1)
  const of = { provider: getAddress(provider.operator), epoch }
  for (const deadline = performance.now() + SOON_MS; !(await hasProven(chain, of)); await delay(300)) {
    assert.ok(performance.now() < deadline, `epoch ${epoch} was not proven`)
    await mine(1n)
  }
}

async function setAndNotice(fault: DiskFault, noticed: () => Promise<boolean>): Promise<void> {
  await setFault(provider.dataDir, fault)
  await eventually(`the provider says that its disk is ${fault}`, SOON_MS, noticed)
}

test('a provider with a full disk says so, takes no new bytes, and takes them again when there is room', async () => {
  await setAndNotice('full', async () => (await ready()).status === 503)
  assert.equal((await ready()).store, false)
  assert.equal(await metric('storgo_store_full'), '1')
  assert.ok(await logged('the disk is full'))
  await servesReads()
  await refusesAWrite('while full')
  await provesTheNextEpoch()
  await setAndNotice('none', async () => (await ready()).store === true)
  await using client = await network.client()
  const { nonce } = await client.volume.put([aFile('with room', 1_000)])
  await provider.certified(network.volumeId, nonce)
})

test('one whose disk fails a write takes nothing more until it is started again, and is read and proven', async () => {
  await setAndNotice('failing', async () => (await ready()).status === 503)
  assert.equal((await ready()).store, false)
  assert.equal(await metric('storgo_store_writable'), '0')
  assert.equal(await metric('storgo_store_readable'), '1')
  assert.ok(await logged('the store takes no new bytes'))
  // What a disk had not taken it may have forgotten: that it works again is not believed.
  await setFault(provider.dataDir, 'none')
  await servesReads()
  await refusesAWrite('while failing')
  await provesTheNextEpoch()
  await provider.stop()
  await provider.start({ program: PROGRAM })
  await using client = await network.client()
  const { nonce } = await client.volume.put([aFile('on a new disk', 1_000)])
  await provider.certified(network.volumeId, nonce)
})

test('one whose disk cannot be read any more stops with the exit code for what is unhealthy', async () => {
  await setFault(provider.dataDir, 'unreadable')
  assert.equal(await provider.ended, `exit code ${UNHEALTHY}`)
  assert.ok(await logged('STORE_UNREADABLE'))
  await using client = await network.client()
  assert.equal(await sha256(client.volume.get(EARLY.path)), await sha256(EARLY.open()))
})
