import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ErasureCode, SECTOR_BYTES } from '@storgo/protocol'
import { type Chain, openVolume, peerAddressOf, readProvider, registerProvider } from '@storgo/sdk'
import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { AVolumeClient } from '../../node/src/fixtures/a-volume-client.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { aSector } from '../../node/src/store/fixtures/a-sector.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { aFalseCoSlot } from './a-false-co-slot.ts'

// Four real providers of a 2 + 2 volume. One loses its disk; another one's place is taken by a liar with its key.
const OPERATORS = [11, 12, 13, 14].map(accountAt)
const operators = OPERATORS.map(({ address }) => address)
/** Of equals the first slot is asked first, so that the liar is asked for certain. */
const [LIAR, LOST] = [0, 3]
const SETTINGS = { watch: { intervalSeconds: 1 }, discovery: { intervalSeconds: 1 } }
const whole = { sector: 0, offset: 0, length: SECTOR_BYTES }
let chain: LocalChain
let client: Chain
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []
const more: AsyncDisposable[] = []

before(async () => {
  chain = await aLocalChain()
  const owner = await chain.connect(1)
  client = await chain.connect(2)
  await chain.fund(accountAt(1).address, STAKE * 4n)
  await chain.fund(accountAt(2).address, 1_000n * PRICE)
  for (const operator of OPERATORS) {
    const folder = await ANodeFolder.create(chain, operator)
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
    nodes.push(await folder.start(SETTINGS))
  }
  await eventually('addresses are in the registry', async () => {
    await chain.mine(1)
    const published = await Promise.all(operators.map((operator) => readProvider(client, operator)))
    return published.every((provider) => provider?.addresses.length === 1)
  })
})

after(async () => {
  for (const one of [...more, ...nodes, ...folders, chain]) await one?.[Symbol.asyncDispose]()
})

test('a co-slot that serves false sectors to one that catches up ends banned, and the slot comes back from the others', async () => {
  const sessionKey = new Uint8Array(randomBytes(32))
  const { volumeId } = await openVolume(client, {
    ...{ k: 2, m: 2, sectors: 4, epochs: 20, providers: operators, maxPricePerEpoch: 16n * PRICE },
    ...{ sessionKey: privateKeyToAddress(bytesToHex(sessionKey)), sessionKeyExpiry: 4_000_000_000n },
  })
  const volume = { sessionKey, volumeId, operators }
  const data = [aSector(1), aSector(2)]
  const sectors = [...data, ...ErasureCode.create(2, 2).encode(data)]
  const writer = await AVolumeClient.connect(client, volume)
  more.push(writer)
  const { certificate } = await writer.writeState(sectors)
  for (const slot of operators.keys()) await writer.certify(slot, certificate)

  const truth = { state: await writer.state(LIAR), sync: await writer.sync(LIAR) }
  await nodes[LIAR]?.[Symbol.asyncDispose]()
  await nodes[LOST]?.[Symbol.asyncDispose]()
  const { peerId, multiaddrs } = await addressOf(LIAR)
  const liar = await aFalseCoSlot({ key: folders[LIAR]!.privateKey, at: multiaddrs, domain: client.domain, truth })
  more.push(liar)
  await folders[LOST]!.loseDisk()
  nodes[LOST] = await folders[LOST]!.start(SETTINGS)

  await eventually('the slot is there again', async () => {
    await chain.mine(1)
    const { certified } = await writer.state(LOST).catch(() => ({ certified: undefined }))
    return certified?.certificate.signed.state.nonce === 1n
  })
  assert.deepEqual((await writer.read(LOST, 1n, whole)).bytes, sectors[LOST])
  assert.ok(liar.lies() > 0, 'it was asked')
  const { bans } = await (await fetch(`${nodes[LOST].httpUrl}/v1/net/bans`)).json()
  assert.deepEqual(
    bans.map(({ peerId: banned, reason }: Record<string, unknown>) => [banned, reason]),
    [[peerId.toString(), 'bytes-false']],
  )
})

async function addressOf(slot: number) {
  const provider = await readProvider(client, operators[slot] ?? '0x')
  if (!provider) throw new Error(`slot ${slot} has no provider`)
  return peerAddressOf(provider)
}

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 120_000; Date.now() < deadlineMs; await delay(300)) if (await isSo()) return
  assert.fail(`not within 120 s: ${what}`)
}
