import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Epoch, type ErrorCode, StorgoError } from '@storgo/protocol'
import { pino } from 'pino'
import type { Address } from 'viem'
import { untilAborted } from '../chain/until-aborted.ts'
import type { SlotRef } from '../store/slot-store.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { checkProof } from './check-proof.reference.ts'
import { ABook, type SlotInBook } from './fixtures/a-book.ts'
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
  strays = 0
  /** Error that the failures have. */
  failure: ErrorCode = 'CHAIN_UNREACHABLE'
  /** While set, proofs stay on their way. */
  stuck: PromiseWithResolvers<void> | undefined
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
  submitProof: ProofChain['submitProof'] = async ({ epoch, ...proof }, { signal, lastBlock }) => {
    this.#call(`prove ${epoch}`)
    assert.equal(lastBlock, BigInt(epoch * 30 + 29))
    if (this.stuck !== undefined) await untilAborted(this.stuck.promise, signal)
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
  settle: ProofChain['settle'] = async (slots) => {
    this.#call(`settle ${slots.map(({ volumeId, slot }) => `${volumeId}/${slot}`).join(' ')}`)
  }
  countStrays: ProofChain['countStrays'] = async () => this.strays

  #call(what: string): void {
    this.calls.push(what)
    if (this.failures-- > 0) throw new StorgoError(this.failure, 'down')
  }
}

async function aProver(
  settleEveryEpochs = 100,
  slots: readonly SlotInBook[] = [{ volumeId: 9n, slot: 5, billed: 4, used: 3 }],
) {
  const book = await ABook.open(slots)
  const chain = new AProofChain(book)
  const metrics = createMetrics()
  const behind: SlotRef[] = []
  const make = () => {
    const logger = pino({ level: 'silent' })
    const onBehind = (ref: SlotRef) => behind.push(ref)
    return new Prover({ chain, store: book.store, operator, settleEveryEpochs, onBehind, logger, metrics })
  }
  let prover = make()
  return {
    ...{ chain, book, behind, metrics },
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

test('every few epochs the slots are settled together, or one by one if the contract refuses one of them', async () => {
  await using run = await aProver(2, [
    { volumeId: 9n, slot: 5, billed: 4, used: 3 },
    { volumeId: 11n, slot: 0, billed: 1, used: 1 },
  ])
  run.chain.seeds.set(1, new Uint8Array(28)).set(2, new Uint8Array(28)).set(4, new Uint8Array(28))
  await run.blocks(30n, 59n)
  run.chain.calls.length = 0
  run.chain.proven.add(2).add(4)
  await run.blocks(60n, 89n)
  assert.deepEqual(run.chain.calls, ['settle 9/5 11/0'])
  run.chain.calls.length = 0
  run.chain.failure = 'VOLUME_CLOSED'
  run.chain.failures = 2
  await run.blocks(120n, 149n)
  assert.deepEqual(run.chain.calls, ['settle 9/5 11/0', 'settle 9/5', 'settle 11/0'])
})

test('a proof that the chain forgets is made again, whether it tells of the reorganisation or not', async () => {
  await using run = await aProver()
  const proofs = () => run.chain.calls.filter((call) => call === 'prove 1').length
  const moment = momentIn(1)
  await run.blocks(30n, moment)
  assert.equal(proofs(), 1)
  run.chain.proven.clear()
  run.prover().onReorganisation()
  await run.blocks(moment + 1n, moment + 1n)
  assert.equal(proofs(), 2)
  await run.blocks(moment + 2n, moment + 3n)
  run.chain.proven.clear()
  await run.blocks(moment + 4n, 59n)
  assert.equal(proofs(), 3)
  assert.deepEqual(await run.outcomes(), { proven: 1 })
  assert.equal((await run.metrics.proofsUndone.get()).values[0]?.value, 2)
})

test('a proof on its way that was built on a seed which a reorganisation has changed is replaced', async () => {
  await using run = await aProver()
  const moment = momentIn(1)
  await run.blocks(30n, moment - 1n)
  run.chain.stuck = Promise.withResolvers()
  run.prover().onBlock(headAt(moment))
  while (!run.chain.calls.includes('prove 1')) await turn()
  run.chain.stuck = undefined
  run.prover().onReorganisation()
  run.prover().onBlock(headAt(moment + 1n))
  await turn()
  assert.equal(run.chain.calls.filter((call) => call === 'prove 1').length, 1)
  run.chain.seeds.set(1, new Uint8Array(28).fill(77))
  run.prover().onReorganisation()
  run.prover().onBlock(headAt(moment + 2n))
  await run.prover().idle()
  // The chain in memory checks the proof against the new seed.
  await run.blocks(moment + 3n, 59n)
  assert.equal(run.chain.calls.filter((call) => call === 'prove 1').length, 2)
  assert.deepEqual(await run.outcomes(), { proven: 1 })
})

test('a reorganisation back into the epoch before ends nothing', async () => {
  await using run = await aProver()
  await run.blocks(30n, 61n)
  run.prover().onReorganisation()
  await run.blocks(58n, 62n)
  assert.deepEqual(await run.outcomes(), { proven: 1 })
  assert.equal(run.chain.calls.filter((call) => call === 'prove 1').length, 1)
})

test('transactions of an earlier run are waited for, but not for ever', async () => {
  await using run = await aProver()
  const moment = momentIn(1)
  run.chain.seeds.set(1, new Uint8Array(28)).set(2, new Uint8Array(28))
  run.chain.strays = 1
  await run.blocks(30n, moment + 1n)
  assert.deepEqual(run.chain.calls, [])
  run.chain.proven.add(1)
  await run.blocks(moment + 2n, 59n)
  assert.deepEqual(run.chain.calls, [])
  await run.blocks(60n, momentIn(2) + 5n)
  assert.deepEqual(run.chain.calls, [])
  await run.blocks(momentIn(2) + 6n, 89n)
  assert.deepEqual(run.chain.calls, ['prove 2'])
})

test('a slot below its floor is told of and has to catch up, and is proven late rather than not at all', async () => {
  await using run = await aProver(100, [{ volumeId: 9n, slot: 5, billed: 4, used: 3, floor: 2n }])
  run.chain.seeds.set(1, new Uint8Array(28))
  await run.blocks(30n, 31n)
  assert.deepEqual(run.behind, [])
  await run.blocks(32n, 32n)
  assert.deepEqual(run.behind, [{ volumeId: 9n, slot: 5 }])
  await run.blocks(33n, 56n)
  assert.deepEqual(run.chain.calls, [])
  assert.ok(run.behind.length > 20)
  // It has caught up: what it holds is not below the floor any more.
  for (const entry of run.book.entries) entry.floor = 1n
  await run.blocks(57n, 59n)
  assert.deepEqual(run.chain.calls, ['prove 1'])
  assert.deepEqual(await run.outcomes(), { proven: 1 })
})

test('an outage of the chain is outlived: attempts go on to the end of the epoch, with short pauses, and the next is proven', async () => {
  await using run = await aProver()
  run.chain.seeds.set(1, new Uint8Array(28)).set(2, new Uint8Array(28))
  run.chain.failures = Number.POSITIVE_INFINITY
  const attempts: bigint[] = []
  for (let block = momentIn(1); block < 60n; block++) {
    const before = run.chain.calls.length
    await run.blocks(block, block)
    if (run.chain.calls.length > before) attempts.push(block)
  }
  assert.ok(attempts.length > 2)
  for (const [index, block] of [...attempts, 60n].entries()) {
    assert.ok(block - (attempts[index - 1] ?? block) <= 3n, `attempts at ${attempts}`)
  }
  run.chain.failures = 0
  await run.blocks(60n, 89n)
  assert.deepEqual(await run.outcomes(), { missed: 1, proven: 1 })
})
