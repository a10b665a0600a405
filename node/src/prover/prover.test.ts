import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, StorgoError } from '@storgo/protocol'
import { pino } from 'pino'
import type { Address } from 'viem'
import { createMetrics } from '../telemetry/metrics.ts'
import { checkProof } from './check-proof.reference.ts'
import { ABook } from './fixtures/a-book.ts'
import type { ChainHead, ProofChain } from './proof-chain.ts'
import { proofMoment } from './proof-moment.ts'
import { Prover } from './prover.ts'

const operator: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const schedule = { epochBlocks: 30, seedDelayBlocks: 2 }
const firstBlockOf = (epoch: number) => BigInt(epoch * 30)
const headAt = (block: bigint): ChainHead => {
  const epoch = Number(block / 30n) as Epoch
  return { block, epoch, firstBlock: firstBlockOf(epoch), ...schedule }
}
const momentIn = (epoch: number) => proofMoment({ firstBlock: firstBlockOf(epoch), ...schedule }, operator)

/** A chain in memory that says what was asked of it, and fails when told to. */
class AProofChain implements ProofChain {
  readonly calls: string[] = []
  readonly proven = new Set<number>()
  readonly seeds = new Map<number, Uint8Array>()
  failures = 0
  rank = 0
  readonly #book: ABook

  constructor(book: ABook) {
    this.#book = book
  }

  readBook: ProofChain['readBook'] = async () => this.#book.entries
  readSeed: ProofChain['readSeed'] = async (epoch) => this.seeds.get(epoch)
  seedRank: ProofChain['seedRank'] = async () => this.rank
  hasProven: ProofChain['hasProven'] = async (epoch) => this.proven.has(epoch)
  readSampleCount: ProofChain['readSampleCount'] = async () => 20
  storeSeed: ProofChain['storeSeed'] = async (epoch) => {
    this.#call(`seed ${epoch}`)
    this.seeds.set(epoch, new Uint8Array(28).fill(epoch))
  }
  submitProof: ProofChain['submitProof'] = async ({ epoch, ...proof }) => {
    this.#call(`prove ${epoch}`)
    const task = {
      operator,
      epoch,
      seed: this.seeds.get(epoch) ?? new Uint8Array(),
      sampleCount: 20,
      book: this.#book.entries,
    }
    checkProof(task, proof, this.#book.signed)
    this.proven.add(epoch)
    return { gasUsed: 1000n }
  }
  settle: ProofChain['settle'] = async ({ volumeId, slot }) => this.#call(`settle ${volumeId}/${slot}`)

  #call(what: string): void {
    this.calls.push(what)
    if (this.failures-- > 0) throw new StorgoError('CHAIN_UNREACHABLE', 'down')
  }
}

async function aProver(settleEveryEpochs = 100, slots = [{ volumeId: 9n, slot: 5, billed: 4, used: 3 }]) {
  const book = await ABook.open(slots)
  const chain = new AProofChain(book)
  const metrics = createMetrics()
  const make = () => {
    const logger = pino({ level: 'silent' })
    return new Prover({ chain, store: book.store, operator, settleEveryEpochs, logger, metrics })
  }
  let prover = make()
  return {
    chain,
    restart: () => {
      prover = make()
    },
    /** Lets the blocks come one after the other. */
    blocks: async (from: bigint, to: bigint) => {
      for (let block = from; block <= to; block++) {
        prover.onBlock(headAt(block))
        await prover.idle()
      }
    },
    outcomes: async () => {
      const { values } = await metrics.proofs.get()
      return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
    },
    prover: () => prover,
    [Symbol.asyncDispose]: () => book[Symbol.asyncDispose](),
  }
}

test('a provider stores the seed when it is first, proves once past its moment, and does nothing else in the epoch', async () => {
  await using run = await aProver()
  await run.blocks(30n, 31n)
  assert.equal(run.chain.calls.length, 0)
  await run.blocks(32n, momentIn(1) - 1n)
  assert.deepEqual(run.chain.calls, ['seed 1'])
  await run.blocks(momentIn(1), 59n)
  assert.deepEqual(run.chain.calls, ['seed 1', 'prove 1'])
  assert.equal(run.prover().lastProvenEpoch, 1)
  await run.blocks(60n, 89n)
  assert.deepEqual(run.chain.calls, ['seed 1', 'prove 1', 'seed 2', 'prove 2'])
  assert.deepEqual(await run.outcomes(), { proven: 2 })
})

test('a provider that is not first waits its turn for the seed, and leaves it when another was faster', async () => {
  await using run = await aProver()
  run.chain.rank = 3
  await run.blocks(30n, 37n)
  assert.equal(run.chain.calls.length, 0)
  await run.blocks(38n, 38n)
  assert.equal(run.chain.calls.join(), 'seed 1')
  run.chain.seeds.set(2, new Uint8Array(28))
  await run.blocks(60n, 89n)
  assert.deepEqual(
    run.chain.calls.filter((call) => call.startsWith('seed')),
    ['seed 1'],
  )
})

test('what fails is tried again within the epoch, ever later', async () => {
  await using run = await aProver()
  run.chain.seeds.set(1, new Uint8Array(28))
  run.chain.failures = 2
  const moment = momentIn(1)
  await run.blocks(moment, moment)
  assert.equal(run.chain.calls.length, 1)
  await run.blocks(moment + 1n, moment + 2n)
  assert.equal(run.chain.calls.length, 2)
  await run.blocks(moment + 3n, moment + 6n)
  assert.deepEqual(run.chain.calls, ['prove 1', 'prove 1', 'prove 1'])
  assert.deepEqual(await run.outcomes(), { proven: 1 })
})

test('a provider that was restarted in mid-epoch proves if it has not, and does not prove twice', async () => {
  await using run = await aProver()
  await run.blocks(30n, momentIn(1) - 1n)
  run.restart()
  await run.blocks(momentIn(1), momentIn(1) + 1n)
  run.restart()
  await run.blocks(momentIn(1) + 2n, 59n)
  assert.deepEqual(run.chain.calls, ['seed 1', 'prove 1'])
  assert.equal(run.prover().lastProvenEpoch, 1)
})

test('an epoch without a proof is missed, one without a seed is void', async () => {
  await using run = await aProver()
  run.chain.failures = 100
  await run.blocks(30n, 59n)
  run.chain.seeds.set(2, new Uint8Array(28))
  await run.blocks(60n, 90n)
  assert.deepEqual(await run.outcomes(), { void: 1, missed: 1 })
})

test('an empty book has nothing to prove', async () => {
  await using run = await aProver(1, [{ volumeId: 9n, slot: 5, billed: 0, used: 1 }])
  await run.blocks(30n, 89n)
  assert.equal(run.chain.calls.length, 0)
  assert.deepEqual(await run.outcomes(), {})
})

test('every few epochs the slots are settled, and one that fails does not keep the others from it', async () => {
  await using run = await aProver(2, [
    { volumeId: 9n, slot: 5, billed: 4, used: 3 },
    { volumeId: 11n, slot: 0, billed: 1, used: 1 },
  ])
  run.chain.seeds.set(1, new Uint8Array(28)).set(2, new Uint8Array(28))
  await run.blocks(30n, 59n)
  run.chain.calls.length = 0
  run.chain.proven.add(2)
  run.chain.failures = 1
  await run.blocks(60n, 89n)
  assert.deepEqual(run.chain.calls, ['settle 9/5', 'settle 11/0'])
})
