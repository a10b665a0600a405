import { type Epoch, isStorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { billedSectors, buildProof, type LostSample } from './build-proof.ts'
import type { BookEntry, ChainHead, ProofChain } from './proof-chain.ts'
import { isSeedReady, isTurnForSeed, proofMoment } from './proof-moment.ts'

/** How long one step (reading, building, one transaction) may take. */
const STEP_TIMEOUT_MS = 60_000
/** Blocks to wait after a failed attempt, per attempt. */
const RETRY_BLOCKS = 2n

export type ProverOptions = {
  chain: ProofChain
  store: SlotStore
  operator: Address
  settleEveryEpochs: number
  logger: Logger
  metrics: Metrics
}

type EpochProgress = {
  epoch: Epoch
  done: boolean
  attempts: number
  /** Block before which a failed attempt is not repeated. */
  notBefore: bigint
  /** Frozen for the epoch, so read once; again after a failure. */
  book?: readonly BookEntry[] | undefined
  seed?: Uint8Array | undefined
}

/**
 * Proves every epoch once: stores the seed when it is its turn, and sends one proof past its own moment. It keeps nothing
 * across restarts: the chain says what is already done.
 */
export class Prover implements AsyncDisposable {
  readonly #options: ProverOptions
  readonly #stop = new AbortController()
  #progress: EpochProgress | undefined
  #running: Promise<void> = Promise.resolve()
  #busy = false
  #lastProven: Epoch | undefined

  constructor(options: ProverOptions) {
    this.#options = options
  }

  get lastProvenEpoch(): Epoch | undefined {
    return this.#lastProven
  }

  /** Takes the next step, unless one is under way. */
  onBlock(head: ChainHead): void {
    if (this.#busy || this.#stop.signal.aborted) return
    this.#busy = true
    this.#running = this.#step(head).finally(() => {
      this.#busy = false
    })
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The node is stopping.'))
    await this.#running
  }

  async #step(head: ChainHead): Promise<void> {
    if (this.#progress?.epoch !== head.epoch) this.#begin(head)
    const progress = this.#progress
    if (progress === undefined || progress.done || head.block < progress.notBefore || !isSeedReady(head)) return
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(STEP_TIMEOUT_MS)])
    try {
      progress.done = await this.#proveWhenDue(head, progress, signal)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      progress.attempts++
      progress.book = undefined
      progress.notBefore = head.block + RETRY_BLOCKS * BigInt(progress.attempts)
      const { logger } = this.#options
      logger.warn({ epoch: head.epoch, attempt: progress.attempts, error }, 'proving failed and is tried again')
    }
  }

  #begin({ epoch }: ChainHead): void {
    const { logger, metrics } = this.#options
    const before = this.#progress
    this.#progress = { epoch, done: false, attempts: 0, notBefore: 0n }
    if (before === undefined || before.done) return
    // Without a seed the epoch was void for everybody and costs nobody anything.
    const outcome = before.seed === undefined ? 'void' : 'missed'
    metrics.proofs.inc({ outcome })
    const line = { epoch: before.epoch, attempts: before.attempts, outcome }
    if (outcome === 'void') logger.warn(line, 'epoch ended without a seed')
    else logger.error(line, 'epoch ended without a proof')
  }

  /** @returns whether nothing is left to do in this epoch. */
  async #proveWhenDue(head: ChainHead, progress: EpochProgress, signal: AbortSignal): Promise<boolean> {
    const { chain, operator } = this.#options
    const { epoch } = head
    progress.book ??= await chain.readBook({ signal })
    const { book } = progress
    if (billedSectors(book) === 0) return true
    progress.seed ??= await chain.readSeed(epoch, { signal })
    const { seed } = progress
    if (seed === undefined) {
      await this.#storeSeed(head, signal)
      return false
    }
    if (head.block < proofMoment(head, operator)) return false
    if (await chain.hasProven(epoch, { signal })) this.#lastProven = epoch
    else await this.#prove(epoch, seed, book, signal)
    await this.#settle(epoch, book, signal)
    return true
  }

  async #storeSeed(head: ChainHead, signal: AbortSignal): Promise<void> {
    const { chain, logger } = this.#options
    const { epoch } = head
    if (!isTurnForSeed(head, await chain.seedRank(epoch, { signal }))) return
    try {
      await chain.storeSeed(epoch, { signal })
      logger.info({ epoch }, 'seed stored')
    } catch (error) {
      // Whoever was faster has done the same.
      if ((await chain.readSeed(epoch, { signal })) === undefined) throw error
      logger.debug({ epoch }, 'seed was stored by another')
    }
  }

  async #prove(epoch: Epoch, seed: Uint8Array, book: readonly BookEntry[], signal: AbortSignal): Promise<void> {
    const { chain, store, operator, logger, metrics } = this.#options
    const startedMs = performance.now()
    const sampleCount = await chain.readSampleCount({ signal })
    const proof = await buildProof(store, { operator, epoch, seed, sampleCount, book })
    if ('lost' in proof) return this.#reportLost(epoch, proof.lost)
    const { gasUsed } = await chain.submitProof({ epoch, ...proof }, { signal })
    this.#lastProven = epoch
    const durationMs = Math.round(performance.now() - startedMs)
    metrics.proofs.inc({ outcome: 'proven' })
    metrics.proofGas.inc(Number(gasUsed))
    metrics.proofDuration.observe(durationMs / 1000)
    const proofBytes = proof.states.length + proof.samples.length
    logger.info(
      { epoch, slots: book.length, sectors: billedSectors(book), proofBytes, gasUsed: Number(gasUsed), durationMs },
      'proof accepted',
    )
  }

  #reportLost(epoch: Epoch, lost: readonly LostSample[]): void {
    const { logger, metrics } = this.#options
    metrics.proofs.inc({ outcome: 'lost_data' })
    metrics.lostSamples.inc(lost.length)
    for (const { volumeId, slot, sector, error } of lost) {
      logger.error({ epoch, volumeId: String(volumeId), slot, sector, error }, 'a challenged leaf cannot be shown')
    }
  }

  async #settle(epoch: Epoch, book: readonly BookEntry[], signal: AbortSignal): Promise<void> {
    const { chain, settleEveryEpochs, logger, metrics } = this.#options
    if (epoch % settleEveryEpochs !== 0) return
    for (const { volumeId, slot } of book) {
      try {
        await chain.settle({ volumeId, slot }, { signal })
        metrics.settlements.inc({ outcome: 'settled' })
        logger.debug({ epoch, volumeId: String(volumeId), slot }, 'slot settled')
      } catch (error) {
        signal.throwIfAborted()
        metrics.settlements.inc({ outcome: 'failed' })
        const code = isStorgoError(error) ? error.code : 'INTERNAL'
        logger.warn({ epoch, volumeId: String(volumeId), slot, code, error }, 'settling failed')
      }
    }
  }
}
