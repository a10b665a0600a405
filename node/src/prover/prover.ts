import { type Epoch, equalBytes, StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import { untilAborted } from '../chain/until-aborted.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { billedSectors, buildProof } from './build-proof.ts'
import { EpochProgress } from './epoch-progress.ts'
import type { BookEntry, ChainHead, ProofChain, SendOptions } from './proof-chain.ts'
import { isSeedReady, lastBlockOf, proofMoment } from './proof-moment.ts'
import { settleBook } from './settle-book.ts'
import { storeSeedInTurn } from './store-seed-in-turn.ts'
import { tellBehind, tellLost } from './tell-trouble.ts'

/** How long one question to the chain, and building a proof, may take. */
const READ_TIMEOUT_MS = 30_000
const BUILD_TIMEOUT_MS = 300_000
/** Part of an epoch for which transactions of an earlier process are waited for. */
const STRAY_PART = 5n

export type ProverOptions = {
  chain: ProofChain
  store: SlotStore
  operator: Address
  /** Read in every epoch. */
  readonly settleEveryEpochs: number
  /** Is told of a slot whose newest state is below the floor, so that it catches up. */
  onBehind: (ref: SlotRef) => void
  logger: Logger
  metrics: Metrics
}

/**
 * Proves every epoch once: stores the seed when it is its turn, and sends one proof past its own moment. It keeps nothing
 * across restarts: the chain says what is already done. What fails is tried again while the epoch lasts, and a proof that a
 * reorganisation of the chain undoes is made again.
 */
export class Prover implements AsyncDisposable {
  readonly #options: ProverOptions
  readonly #stop = new AbortController()
  #progress: EpochProgress | undefined
  #running: Promise<void> = Promise.resolve()
  #busy = false
  /** The newest block that came while a step was under way. */
  #missed: ChainHead | undefined
  #lastProven: Epoch | undefined
  #reorganised = false
  /** Ends the waiting for a proof that cannot be accepted any more. */
  #sending: AbortController | undefined

  constructor(options: ProverOptions) {
    this.#options = options
  }

  get lastProvenEpoch(): Epoch | undefined {
    return this.#lastProven
  }

  /** Takes the next step, unless one is under way. */
  onBlock(head: ChainHead): void {
    if (this.#stop.signal.aborted) return
    if (this.#busy) {
      this.#missed = head
      if (this.#reorganised && this.#sending !== undefined) void this.#checkSeed(head, this.#sending)
      return
    }
    this.#busy = true
    this.#running = this.#steps(head).finally(() => {
      this.#busy = false
    })
  }

  /** Blocks that were seen are no longer part of the chain: the seed may be another, and what was sent may be undone. */
  onReorganisation(): void {
    this.#reorganised = true
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The node is stopping.'))
    await this.#running
  }

  async #steps(head: ChainHead): Promise<void> {
    for (let next: ChainHead | undefined = head; next !== undefined; next = this.#missed) {
      this.#missed = undefined
      await this.#step(next)
      if (this.#stop.signal.aborted) return
    }
  }

  async #step(head: ChainHead): Promise<void> {
    if (this.#progress?.epoch !== head.epoch) this.#begin(head)
    const progress = this.#progress
    if (progress === undefined) return
    if (this.#reorganised) progress.reread()
    this.#reorganised = false
    if (progress.empty || progress.isWaiting(head) || !isSeedReady(head)) return
    try {
      await this.#advance(head, progress)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      progress.failed(head)
      const line = { epoch: head.epoch, block: Number(head.block), attempt: progress.attempts, error }
      this.#options.logger.warn(line, 'proving failed and is tried again')
    }
  }

  #begin({ epoch }: ChainHead): void {
    const { logger, metrics } = this.#options
    const before = this.#progress
    this.#progress = new EpochProgress(epoch)
    // An epoch that was begun anew by a reorganisation has not ended.
    if (before === undefined || before.empty || before.epoch > epoch) return
    const { outcome, attempts } = before
    if (outcome === 'proven') return
    metrics.proofs.inc({ outcome })
    const line = { epoch: before.epoch, attempts, outcome }
    if (outcome === 'void') logger.warn(line, 'epoch ended without a seed')
    else logger.error(line, 'epoch ended without a proof')
  }

  async #advance(head: ChainHead, progress: EpochProgress): Promise<void> {
    const { chain, operator } = this.#options
    if (!progress.proven && progress.seed !== undefined && head.block < proofMoment(head, operator)) return
    const reading = { signal: this.#within(READ_TIMEOUT_MS) }
    if (progress.proven && (await this.#isStillProven(head, progress))) return
    const book = await chain.readBook(reading)
    progress.empty = billedSectors(book) === 0
    if (progress.empty) return
    tellBehind(this.#options, progress, book)
    progress.seed = await chain.readSeed(head.epoch, reading)
    if (progress.seed === undefined) return storeSeedInTurn(this.#options, head, this.#stop.signal)
    if (head.block < proofMoment(head, operator)) return
    if (!(await chain.hasProven(head.epoch, reading))) {
      if (await this.#mustWaitForStrays(head, progress)) return
      if (!(await this.#prove(head, progress, book))) return progress.failed(head)
    }
    this.#lastProven = head.epoch
    progress.checked(head)
    await this.#settle(head, progress, book)
  }

  async #isStillProven(head: ChainHead, progress: EpochProgress): Promise<boolean> {
    const { chain, logger, metrics } = this.#options
    const { epoch } = head
    if (await chain.hasProven(epoch, { signal: this.#within(READ_TIMEOUT_MS) })) {
      progress.checked(head)
      return true
    }
    progress.proven = false
    this.#lastProven = undefined
    metrics.proofsUndone.inc()
    logger.warn({ epoch, block: Number(head.block) }, 'a reorganisation of the chain undid the proof; it is made again')
    return false
  }

  /** After a restart the pool may hold a proof already. A second one would cost its gas and prove nothing. */
  async #mustWaitForStrays(head: ChainHead, progress: EpochProgress): Promise<boolean> {
    const { chain, logger } = this.#options
    if (progress.strayUntil !== undefined && head.block >= progress.strayUntil) return false
    const strays = await chain.countStrays({ signal: this.#within(READ_TIMEOUT_MS) })
    if (strays === 0) return false
    if (progress.strayUntil === undefined) {
      progress.strayUntil = head.block + BigInt(head.epochBlocks) / STRAY_PART
      logger.warn({ epoch: head.epoch, transactions: strays }, 'transactions of an earlier run are waited for')
    }
    return true
  }

  /** @returns whether the proof was accepted. */
  async #prove(head: ChainHead, progress: EpochProgress, book: readonly BookEntry[]): Promise<boolean> {
    const { chain, store, operator, logger, metrics } = this.#options
    const { epoch } = head
    const { seed } = progress
    if (seed === undefined) return false
    const startedMs = performance.now()
    const sampleCount = await chain.readSampleCount({ signal: this.#within(READ_TIMEOUT_MS) })
    const building = buildProof(store, { operator, epoch, seed, sampleCount, book })
    const proof = await untilAborted(building, this.#within(BUILD_TIMEOUT_MS))
    if ('lost' in proof) {
      tellLost(this.#options, progress, proof.lost)
      return false
    }
    const { gasUsed } = await this.#submit({ epoch, ...proof }, lastBlockOf(head))
    const durationMs = Math.round(performance.now() - startedMs)
    if (!progress.counted) metrics.proofs.inc({ outcome: 'proven' })
    progress.counted = true
    metrics.proofGas.inc(Number(gasUsed))
    metrics.proofDuration.observe(durationMs / 1000)
    const proofBytes = proof.states.length + proof.samples.length
    logger.info(
      { epoch, slots: book.length, sectors: billedSectors(book), proofBytes, gasUsed: Number(gasUsed), durationMs },
      'proof accepted',
    )
    return true
  }

  async #submit(proof: Parameters<ProofChain['submitProof']>[0], lastBlock: bigint): Promise<{ gasUsed: bigint }> {
    this.#sending = new AbortController()
    try {
      const signal = AbortSignal.any([this.#stop.signal, this.#sending.signal])
      return await this.#options.chain.submitProof(proof, { signal, lastBlock })
    } finally {
      this.#sending = undefined
    }
  }

  /** A proof on its way that was built on a seed which is no longer the epoch's will be refused: another takes its place. */
  async #checkSeed({ epoch, block }: ChainHead, sending: AbortController): Promise<void> {
    const progress = this.#progress
    this.#reorganised = false
    try {
      const seed = await this.#options.chain.readSeed(epoch, { signal: this.#within(READ_TIMEOUT_MS) })
      if (progress?.epoch === epoch && seed && progress.seed && equalBytes(seed, progress.seed)) return
      const details = { epoch, block }
      sending.abort(new StorgoError('TRANSACTION_FAILED', 'The epoch has another seed than the proof.', details))
    } catch {
      // Asked again with the next block.
      this.#reorganised = true
    }
  }

  async #settle(head: ChainHead, progress: EpochProgress, book: readonly BookEntry[]): Promise<void> {
    const { settleEveryEpochs } = this.#options
    const { epoch } = head
    if (progress.settled || epoch % settleEveryEpochs !== 0) return
    progress.settled = true
    const sending: SendOptions = { signal: this.#stop.signal, lastBlock: lastBlockOf(head) }
    try {
      await settleBook(this.#options, { epoch, book }, sending)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.logger.warn({ epoch, error }, 'settling was broken off')
    }
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ms)])
  }
}
