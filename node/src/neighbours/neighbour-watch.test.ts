import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Epoch, type Receipt, StorgoError } from '@storgo/protocol'
import { pino } from 'pino'
import type { ChainHead } from '../prover/proof-chain.ts'
import { AVolume } from '../slots/fixtures/a-volume.ts'
import { aHeldState } from '../store/fixtures/a-held-state.ts'
import { openSlotStore } from '../store/open-slot-store.ts'
import type { SlotStore } from '../store/slot-store.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { anchorTurn } from './anchor-turn.ts'
import type { NeighbourChain, ShownStates } from './neighbour-chain.ts'
import { NeighbourWatch } from './neighbour-watch.ts'

// A 2+2 volume: the node under test holds slot 1 and watches slots 0, 2 and 3. Epoch 5 was proven; now it is epoch 6.
const volume = new AVolume()
const { volumeId } = volume
const ref = { volumeId, slot: 1 }
const operators = volume.operators.map(({ address }) => address)
const head = (block: bigint): ChainHead => ({
  ...{ block, epoch: Number(block / 30n) as Epoch, firstBlock: (block / 30n) * 30n },
  ...{ epochBlocks: 30, seedDelayBlocks: 2 },
})
const lastTurn = 180n + 2n + 3n * 3n

class AChain implements NeighbourChain {
  readonly asked: bigint[] = []
  readonly anchored: { nonce: bigint; slots: readonly number[] }[] = []
  floors: bigint[] = [0n, 0n, 0n, 0n]
  failures = 0
  proofs: ShownStates[] = []

  listShownStates: NeighbourChain['listShownStates'] = async (fromBlock) => {
    this.asked.push(fromBlock)
    return this.proofs
  }
  readNextFloors: NeighbourChain['readNextFloors'] = async () => this.floors
  anchor: NeighbourChain['anchor'] = async ({ certificate, slots }) => {
    if (this.failures-- > 0) throw new StorgoError('TRANSACTION_FAILED', 'refused')
    const { nonce } = certificate.signed.state
    this.anchored.push({ nonce, slots })
    for (const slot of slots) this.floors[slot] = nonce
  }
  /** Slot's operator proved epoch 5, showing this nonce of the volume, or nothing of it. */
  proved(slot: number, nonce?: bigint): void {
    const states = nonce === undefined ? [{ volumeId: 99n, nonce: 1n }] : [{ volumeId, nonce }]
    this.proofs.push({ provider: operators[slot]!, epoch: 5 as Epoch, states })
  }
}

const receiptsOf = (epoch: number, slots: readonly number[]): Receipt[] =>
  slots.map((slot) => ({ slot, epoch: epoch as Epoch, term: 3n, signature: new Uint8Array(64) }))

/** The slot holds a state of this nonce, certified in this epoch. */
async function certify(store: SlotStore, nonce: number, epoch: number, slots = [0, 1, 2]): Promise<void> {
  const next = aHeldState({ nonce, sectors: 0 })
  next.signed.state.volumeId = volumeId
  const taken = { promised: { term: 3n, pen: new Uint8Array(16) }, freed: [], reused: [], epoch: epoch as Epoch }
  await store.commit(ref, { next, staged: new Map(), ...taken })
  await store.certify(ref, receiptsOf(epoch, slots), epoch as Epoch)
}

async function aWatch({ maxAnchorsPerEpoch = 4 } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'storgo-neighbours-'))
  const store = await openSlotStore({ dataDir, capacity: 4, binding: 'test', retentionEpochs: () => 4 })
  const chain = new AChain()
  const metrics = createMetrics()
  const watch = new NeighbourWatch({
    ...{ chain, store, metrics, maxAnchorsPerEpoch, operator: operators[1]!, logger: pino({ level: 'silent' }) },
    volumes: {
      currentEpoch: () => 6 as Epoch,
      facts: async () => volume.facts,
      sessionKeyOf: async () => volume.facts.sessionKey,
    },
  })
  return {
    ...{ chain, store, metrics },
    blocks: async (from: bigint, to: bigint) => {
      for (let block = from; block <= to; block++) {
        watch.onBlock(head(block))
        await watch.idle()
      }
    },
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true })
    },
  }
}

test('a neighbour that proved an older state than was certified before the epoch gets its floor raised, once', async () => {
  await using run = await aWatch()
  await certify(run.store, 1, 3)
  await certify(run.store, 2, 4)
  run.chain.proved(0, 2n)
  run.chain.proved(2, 1n)
  await run.blocks(180n, 209n)
  assert.deepEqual(run.chain.asked, [150n])
  assert.deepEqual(run.chain.anchored, [{ nonce: 2n, slots: [2] }])
  const { values } = await run.metrics.staleNeighbours.get()
  assert.deepEqual(
    values.map(({ labels, value }) => [labels.kind, value]),
    [['stale', 1]],
  )
})

test('a state that was certified only in the epoch itself is not asked for, the one before it is', async () => {
  await using run = await aWatch()
  await certify(run.store, 1, 3)
  await certify(run.store, 2, 4)
  await certify(run.store, 3, 5)
  run.chain.proved(0, 2n)
  run.chain.proved(2, 1n)
  await run.blocks(180n, lastTurn)
  assert.deepEqual(run.chain.anchored, [{ nonce: 2n, slots: [2] }])
})

test('a neighbour that proved with no state is held to the one that it has signed for; one that was not asked is not', async () => {
  await using run = await aWatch()
  await certify(run.store, 1, 4)
  run.chain.proved(0, 0n)
  run.chain.proved(2)
  await run.blocks(180n, lastTurn)
  assert.deepEqual(run.chain.anchored, [{ nonce: 1n, slots: [0] }])
  const { values } = await run.metrics.staleNeighbours.get()
  assert.deepEqual(
    values.map(({ labels }) => labels.kind),
    ['empty'],
  )
})

test('nobody is held to a state that it has not signed for, but to the newest that it has', async () => {
  await using run = await aWatch()
  await certify(run.store, 1, 2, [0, 1, 3])
  await certify(run.store, 2, 3, [0, 1, 3])
  await certify(run.store, 3, 4)
  run.chain.proved(2, 2n)
  await run.blocks(180n, lastTurn)
  assert.deepEqual(run.chain.anchored, [{ nonce: 3n, slots: [2] }])
  run.chain.anchored.length = 0
  await using other = await aWatch()
  await certify(other.store, 1, 2)
  await certify(other.store, 2, 3, [0, 1, 3])
  other.chain.proved(2, 0n)
  await other.blocks(180n, lastTurn)
  assert.deepEqual(other.chain.anchored, [{ nonce: 1n, slots: [2] }])
})

test('nothing is paid for a floor that is high enough, or a provider that did not prove', async () => {
  await using run = await aWatch()
  await certify(run.store, 1, 3)
  await certify(run.store, 2, 4)
  run.chain.proved(0, 1n)
  run.chain.floors[0] = 2n
  await run.blocks(180n, lastTurn)
  assert.deepEqual(run.chain.anchored, [])
})

test('an anchor that fails is tried again, but not for ever, and the setting bounds what is spent', async () => {
  await using run = await aWatch({ maxAnchorsPerEpoch: 2 })
  await certify(run.store, 1, 4)
  run.chain.proved(0, 0n)
  run.chain.failures = 1
  await run.blocks(180n, 209n)
  assert.equal(run.chain.anchored.length, 1)
  const { values } = await run.metrics.anchors.get()
  assert.deepEqual(Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value])), {
    failed: 1,
    raised: 1,
  })
  await using off = await aWatch({ maxAnchorsPerEpoch: 0 })
  await certify(off.store, 1, 4)
  off.chain.proved(0, 0n)
  await off.blocks(180n, 209n)
  assert.deepEqual([off.chain.asked, off.chain.anchored], [[], []])
})

test('the slots of a volume take turns, in another order every epoch', () => {
  const orders = [1, 2, 3, 4, 5, 6].map((epoch) => {
    const order = { volumeId, epoch: epoch as Epoch, operators, firstBlock: 100n }
    const turns = operators.map((operator) => anchorTurn(operator, order))
    assert.deepEqual(turns.toSorted(), [102n, 105n, 108n, 111n])
    return String(turns)
  })
  assert.ok(new Set(orders).size > 1)
})
