import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SECTOR_BYTES } from '@storgo/protocol'
import { type Chain, openVolume, readProvider, registerProvider } from '@storgo/sdk'
import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { AVolumeClient } from '../../node/src/fixtures/a-volume-client.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { aSector } from '../../node/src/store/fixtures/a-sector.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { AVictim } from './a-victim.ts'
import { ATTACKS } from './attackers.ts'

// A real chain, two providers here and one, the victim, in a process of its own; an honest client reads from it throughout.
const OPERATORS = [11, 12, 13].map(accountAt)
const operators = OPERATORS.map(({ address }) => address)
const whole = { sector: 0, offset: 0, length: SECTOR_BYTES }
/** What attacks may add to the victim's memory: each peer's share of requests, and what its streams buffer. */
const MOST_GROWTH_BYTES = 384 << 20
const MOST_WAIT_MS = 15_000

let chain: LocalChain
let client: Chain
let victim: AVictim
let honest: AVolumeClient
let liar: AVolumeClient
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []

before(async () => {
  chain = await aLocalChain()
  const owner = await chain.connect(1)
  client = await chain.connect(2)
  await chain.fund(accountAt(1).address, STAKE * 3n)
  await chain.fund(accountAt(2).address, 1_000n * PRICE)
  for (const operator of OPERATORS) {
    const folder = await ANodeFolder.create(chain, operator)
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
  }
  victim = await AVictim.start(folders[0]!)
  for (const folder of folders.slice(1)) nodes.push(await folder.start())
  await eventually('addresses', async () => {
    await chain.mine(1)
    const published = await Promise.all(operators.map((operator) => readProvider(client, operator)))
    return published.every((provider) => provider?.addresses.length === 1)
  })
  honest = await aVolumeClient()
  liar = await aVolumeClient()
  await honest.writeState([aSector(1), aSector(2), aSector(3)])
})

after(async () => {
  for (const one of [honest, liar, victim, ...nodes, ...folders, chain]) await one?.[Symbol.asyncDispose]()
})

test('under every attack at once memory stays bounded, the honest are served, and each attacker ends banned', async (t) => {
  const restBytes = await victim.residentBytes()
  const attacking = Promise.all(
    Object.entries(ATTACKS).map(async ([reason, attack]) => ({
      reason,
      peerId: await attack(victim.address, client.domain),
    })),
  )
  let isOver = false
  const over = attacking.finally(() => {
    isOver = true
  })
  const latenciesMs: number[] = []
  while (!isOver) {
    const startedMs = performance.now()
    assert.deepEqual((await honest.read(0, 1n, whole)).bytes, aSector(1))
    latenciesMs.push(performance.now() - startedMs)
    await delay(50)
  }
  const attackers = await over
  const bans = new Map((await victim.bans()).map((ban) => [ban.peerId, ban]))
  for (const { reason, peerId } of attackers) {
    const ban = bans.get(peerId)
    assert.equal(ban?.reason, reason, `the attacker by ${reason} is banned for ${ban?.reason ?? 'nothing'}`)
    assert.ok((ban?.untilMs ?? 0) > Date.now())
  }
  assert.ok(victim.isAlive)
  const growth = victim.peakBytes - restBytes
  const slowestMs = Math.max(...latenciesMs)
  t.diagnostic(
    `${latenciesMs.length} honest reads, slowest ${Math.round(slowestMs)} ms; memory grew by ${growth >> 20} MiB`,
  )
  assert.ok(growth < MOST_GROWTH_BYTES, `memory grew by ${growth} bytes`)
  assert.ok(slowestMs < MOST_WAIT_MS)
})

test('a writer that signs two states of one nonce is banned for it', async () => {
  await liar.writeState([aSector(4), aSector(5), aSector(6)])
  // The ban may come sooner than the answer, so the reason is looked for where it is kept.
  await assert.rejects(liar.writeState([aSector(7), aSector(8), aSector(9)]))
  const reasons = (await victim.bans()).map(({ reason }) => reason)
  assert.ok(reasons.includes('states-conflicting'), `banned for ${reasons}`)
  await assert.rejects(liar.read(0, 1n, whole))
  assert.deepEqual((await honest.read(0, 1n, whole)).bytes, aSector(1))
})

/** With a volume of its own over all three providers. */
async function aVolumeClient(): Promise<AVolumeClient> {
  const sessionKey = new Uint8Array(randomBytes(32))
  const { volumeId } = await openVolume(client, {
    ...{ k: 2, m: 1, sectors: 4, epochs: 20, providers: operators, maxPricePerEpoch: 12n * PRICE },
    ...{ sessionKey: privateKeyToAddress(bytesToHex(sessionKey)), sessionKeyExpiry: 4_000_000_000n },
  })
  return AVolumeClient.connect(client, { sessionKey, volumeId, operators })
}

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(300)) if (await isSo()) return
  assert.fail(`${what}: not within 60 s`)
}
