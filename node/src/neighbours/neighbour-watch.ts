import type { Epoch } from '@storgo/protocol'
import type { Address } from 'viem'
import type { ChainHead } from '../prover/proof-chain.ts'
import { lastBlockOf } from '../prover/proof-moment.ts'
import type { VolumeSource } from '../slots/volume-facts.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { anchorTurn } from './anchor-turn.ts'
import { certifiedBefore } from './certified-before.ts'
import { EpochProofs } from './epoch-proofs.ts'
import type { NeighbourChain } from './neighbour-chain.ts'
import { type Suspect, type Suspicion, suspicionOf } from './suspects.ts'

const READ_TIMEOUT_MS = 30_000
/** How often a volume is looked at in one epoch when looking fails. */
const ATTEMPTS = 3

export type NeighbourWatchOptions = {
  chain: NeighbourChain
  store: Pick<SlotStore, 'slots' | 'view'>
  volumes: VolumeSource
  operator: Address
  /** Most floors raised in an epoch, at one transaction a volume; 0: none, and nobody is watched. Read at every block. */
  readonly maxAnchorsPerEpoch: number
  logger: Logger
  metrics: Metrics
}

type Case = Suspicion & { ref: SlotRef; turn: bigint; attempts: number }

/** What is done in one epoch about the proofs of the one before. */
type Round = {
  /** The epoch whose proofs are watched. */
  epoch: Epoch
  cases: Case[]
  anchors: number
}

/**
 * Watches with which states the other slots of the volumes held here proved. One that showed an older state than was
 * certified before the epoch began, or none, gets its floor raised by the certificate: its next proof must show that state.
 * So a volume is defended while its owner sleeps.
 */
export class NeighbourWatch implements AsyncDisposable {
  readonly #options: NeighbourWatchOptions
  readonly #stop = new AbortController()
  #round: Round | undefined
  #firstBlock: { epoch: Epoch; block: bigint } | undefined
  #busy = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: NeighbourWatchOptions) {
    this.#options = options
  }

  onBlock(head: ChainHead): void {
    if (this.#busy || this.#stop.signal.aborted || this.#options.maxAnchorsPerEpoch === 0 || head.epoch === 0) return
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
    const { logger } = this.#options
    try {
      if (this.#round?.epoch !== head.epoch - 1) this.#round = await this.#begin(head)
    } catch (error) {
      // The next block tries again.
      if (!this.#stop.signal.aborted)
        logger.warn({ epoch: head.epoch - 1, error }, 'reading the proofs of others failed')
      return
    }
    const round = this.#round
    const due = round.cases.filter(({ turn }) => turn <= head.block)
    round.cases = round.cases.filter(({ turn }) => turn > head.block)
    for (const suspicion of due) {
      if (this.#stop.signal.aborted || round.anchors >= this.#options.maxAnchorsPerEpoch) return
      await this.#pursue(round, suspicion, head)
    }
  }

  async #begin(head: ChainHead): Promise<Round> {
    const epoch = (head.epoch - 1) as Epoch
    const known = this.#firstBlock?.epoch === epoch ? this.#firstBlock.block : undefined
    const from = known ?? head.firstBlock - BigInt(head.epochBlocks)
    const listed = await this.#options.chain.listShownStates(from < 0n ? 0n : from, this.#reading())
    const proofs = new EpochProofs(listed.filter((proof) => proof.epoch === epoch))
    const cases: Case[] = []
    for (const ref of await this.#options.store.slots()) {
      const found = await this.#caseOf(ref, { epoch, firstBlock: head.firstBlock, proofs })
      if (found !== undefined) cases.push(found)
    }
    this.#firstBlock = { epoch: head.epoch, block: head.firstBlock }
    return { epoch, cases, anchors: 0 }
  }

  async #caseOf(
    ref: SlotRef,
    { epoch, firstBlock, proofs }: { epoch: Epoch; firstBlock: bigint; proofs: EpochProofs },
  ): Promise<Case | undefined> {
    const { store, volumes, operator, logger } = this.#options
    const { volumeId } = ref
    try {
      const facts = await volumes.facts(volumeId, this.#reading())
      if (facts.closed) return undefined
      using view = store.view(ref)
      const certificates = certifiedBefore(view, { epoch, k: facts.k, m: facts.m })
      const suspicion = suspicionOf(ref, { facts, certificates, proofs })
      if (suspicion === undefined) return undefined
      const operators = facts.operators.filter((each) => each !== undefined)
      const turn = anchorTurn(operator, { volumeId, epoch, operators, firstBlock })
      return { ...suspicion, ref, turn, attempts: 0 }
    } catch (error) {
      // One volume that cannot be looked at does not keep the others from it.
      logger.debug({ volumeId: String(volumeId), slot: ref.slot, error }, 'watching the neighbours failed')
      return undefined
    }
  }

  async #pursue(round: Round, suspicion: Case, head: ChainHead): Promise<void> {
    const { chain, logger, metrics } = this.#options
    const { ref, certificate } = suspicion
    const { nonce } = certificate.signed.state
    const line = { epoch: round.epoch, volumeId: String(ref.volumeId), nonce: String(nonce) }
    try {
      const atLarge = await this.#atLarge(suspicion)
      if (atLarge.length === 0) return
      for (const { slot, shown } of atLarge) {
        metrics.staleNeighbours.inc({ kind: shown === 0n ? 'empty' : 'stale' })
        logger.warn({ ...line, slot, shown: String(shown) }, 'a neighbour proved without the state it should have')
      }
      round.anchors++
      const lastBlock = lastBlockOf(head)
      const slots = atLarge.map(({ slot }) => slot)
      await chain.anchor({ certificate, slots }, { signal: this.#stop.signal, lastBlock })
      metrics.anchors.inc({ outcome: 'raised' })
      logger.info({ ...line, slots }, 'floors raised')
    } catch (error) {
      if (this.#stop.signal.aborted) return
      metrics.anchors.inc({ outcome: 'failed' })
      logger.warn({ ...line, attempt: suspicion.attempts + 1, error }, 'raising the floor of a neighbour failed')
      if (suspicion.attempts + 1 < ATTEMPTS) {
        round.cases.push({ ...suspicion, turn: head.block + 2n, attempts: suspicion.attempts + 1 })
      }
    }
  }

  /** The suspects whose floor nobody has raised yet. */
  async #atLarge({ ref, certificate, suspects }: Case): Promise<Suspect[]> {
    const { nonce } = certificate.signed.state
    const floors = await this.#options.chain.readNextFloors(ref.volumeId, this.#reading())
    return suspects.filter(({ slot }) => (floors[slot] ?? nonce) < nonce)
  }

  #reading(): { signal: AbortSignal } {
    return { signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(READ_TIMEOUT_MS)]) }
  }
}
