import type { Epoch } from '@storgo/protocol'
import type { ChainHead } from './proof-chain.ts'

/** Blocks to wait after a failed attempt, per attempt, and at most. */
const RETRY_BLOCKS = 2
const MAX_RETRY_BLOCKS = 32
/** Part of an epoch that a wait takes at most. */
const RETRY_PART = 10

/** How an epoch ended for this provider. `void`: nobody stored its seed. */
export type Outcome = 'proven' | 'missed' | 'void' | 'lost_data'

/** How far one epoch has come. All of it can be read from the chain again. */
export class EpochProgress {
  readonly epoch: Epoch
  attempts = 0
  /** Nothing is billed, so there is nothing to prove. */
  empty = false
  /** The seed that the proof is built on, once somebody stored it. */
  seed: Uint8Array | undefined
  proven = false
  /** That it was proven has been counted. */
  counted = false
  settled = false
  /** Slots below their floor, and challenged leaves that cannot be shown, were told of. */
  toldBehind = false
  lostData = false
  /** Until then transactions of an earlier process may still be included. */
  strayUntil: bigint | undefined
  #notBefore = 0n
  #checks = 0

  constructor(epoch: Epoch) {
    this.epoch = epoch
  }

  /** Whether nothing is to be done at this block. */
  isWaiting({ block }: ChainHead): boolean {
    return block < this.#notBefore
  }

  /** Waits a little longer after every attempt that failed. */
  failed({ block, epochBlocks }: ChainHead): void {
    this.attempts++
    const most = Math.min(MAX_RETRY_BLOCKS, Math.max(1, Math.floor(epochBlocks / RETRY_PART)))
    this.#notBefore = block + BigInt(Math.min(RETRY_BLOCKS * this.attempts, most))
  }

  /** A proof is looked after ever more seldom: the longer it is in the chain the safer it is. */
  checked({ block }: ChainHead): void {
    this.proven = true
    this.#notBefore = block + (1n << BigInt(Math.min(this.#checks, 12)))
    this.#checks++
  }

  /** The chain went another way: what was read from it has to be read again. */
  reread(): void {
    this.seed = undefined
    this.strayUntil = undefined
    this.#notBefore = 0n
    this.#checks = 0
  }

  get outcome(): Outcome {
    if (this.proven) return 'proven'
    // Without a seed the epoch was void for everybody and costs nobody anything.
    if (this.seed === undefined) return 'void'
    return this.lostData ? 'lost_data' : 'missed'
  }
}
