import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Certificate } from '@storgo/protocol'
import {
  type Chain,
  openVolume,
  readEpoch,
  readFloors,
  readProvider,
  readSeed,
  registerProvider,
  submitProof,
} from '@storgo/sdk'
import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { AVolumeClient } from '../../node/src/fixtures/a-volume-client.ts'
import type { ProviderNode } from '../../node/src/node.ts'
import { aSector } from '../../node/src/store/fixtures/a-sector.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from '../../sdk/src/chain/fixtures/local-chain.ts'
import { eventually } from './prover/a-prover.ts'

// A 2+1 volume over three real providers. The third is stopped, and its operator proves without the state it signed for.
const INDEXES = [15, 12, 16]
const SAMPLES = 20
const THIRD = 2
const operators = INDEXES.map((index) => accountAt(index).address)
const sessionKey = new Uint8Array(randomBytes(32))
let chain: LocalChain
let client: Chain
const folders: ANodeFolder[] = []
const nodes: ProviderNode[] = []

before(async () => {
  chain = await aLocalChain()
  client = await chain.connect(2)
  const owner = await chain.connect(1)
  await chain.fund(accountAt(1).address, STAKE * 3n)
  await chain.fund(accountAt(2).address, 10_000n * PRICE)
  for (const index of INDEXES) {
    const folder = await ANodeFolder.create(chain, accountAt(index))
    folders.push(folder)
    await registerProvider(owner, { operatorKey: folder.privateKey, addresses: [], stake: STAKE, ask: ASK })
    nodes.push(await folder.start({ settleEveryEpochs: 1_000 }))
  }
})
after(async () => {
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
  await Promise.all(folders.map((folder) => folder[Symbol.asyncDispose]()))
  await chain[Symbol.asyncDispose]()
})

test('a neighbour that proves without the state it has signed for is held to it, by one transaction of one of the others', async () => {
  const certificate = await aCertifiedState()
  const { volumeId, nonce } = certificate.signed.state
  await nodes[THIRD]?.[Symbol.asyncDispose]()
  await chain.nextEpoch()
  await proveWithoutState()
  await chain.nextEpoch()
  const floors = async () => (await readFloors(client, volumeId)).map(({ nextFloor }) => nextFloor)
  await eventually('a raised floor', async () => {
    await chain.mine(1)
    return (await floors())[THIRD] === nonce
  })
  assert.deepEqual(await floors(), [0n, 0n, nonce])
  await chain.nextEpoch()
  await chain.mine(20)
  const { publicClient, deployment } = client
  const event = { address: deployment.proofs, abi: proofOfStorageAbi, eventName: 'FloorRaised' } as const
  const raised = await publicClient.getContractEvents({ ...event, fromBlock: 0n, strict: true })
  assert.deepEqual(
    raised.map(({ args }) => args.slot),
    [THIRD],
  )
})

/** Written before the epochs that matter, and held by every slot. */
async function aCertifiedState(): Promise<Certificate> {
  const { volumeId } = await openVolume(client, {
    ...{ k: 2, m: 1, sectors: 4, epochs: 100, providers: operators, maxPricePerEpoch: 12n * PRICE },
    ...{ sessionKey: privateKeyToAddress(bytesToHex(sessionKey)), sessionKeyExpiry: 4_000_000_000n },
  })
  await eventually('addresses', async () => {
    await chain.mine(1)
    const providers = await Promise.all(operators.map((operator) => readProvider(client, operator)))
    return providers.every((provider) => provider?.addresses.length === 1)
  })
  await using volume = await AVolumeClient.connect(client, { sessionKey, volumeId, operators })
  const { certificate } = await volume.writeState([aSector(1), aSector(2), aSector(3)])
  for (const slot of [0, 1, THIRD]) await volume.certify(slot, certificate)
  return certificate
}

async function proveWithoutState(): Promise<void> {
  const { epoch } = await readEpoch(client)
  await eventually('the seed', async () => {
    await chain.mine(1)
    return (await readSeed(client, epoch)) !== undefined
  })
  const samples = new Uint8Array(2 * SAMPLES).fill(0xff)
  await submitProof(await chain.connect(INDEXES[THIRD] ?? 0), { epoch, states: new Uint8Array(0), samples })
}
