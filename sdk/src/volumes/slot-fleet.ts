import {
  type Certificate,
  isStorgoError,
  type PenPromise,
  type Receipt,
  recoverReceiptSigner,
  type SignedState,
  StorgoError,
  stateDigest,
} from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { isOfAnotherWriter, penTaken } from './another-writer.ts'
import { ByteBudget } from './byte-budget.ts'
import type { SectorPatch, SectorSink } from './log-writer.ts'
import type { Logger } from './logger.ts'
import { refusalOf } from './refusal.ts'
import { SlotSender, type Upload } from './slot-sender.ts'
import { Stragglers } from './stragglers.ts'
import type { VolumeRecord } from './volume-record.ts'

/** Bytes of stripes on their way to the slots at a time. */
const IN_FLIGHT_BYTES = 12 << 20

const LOOK_MS = 500

/** A state to make durable, with what the slots check it by. */
export type Commit = { signed: SignedState; slotRoots: Uint8Array; headRecord: Uint8Array; parent?: Certificate }

/**
 * A state that a quorum holds. `spread` resolves with all receipts once every slot has answered and been handed the
 * certificate, or failed; it never rejects.
 */
export type Committed = { certificate: Certificate; spread: Promise<Certificate> }

export type SlotFleetOptions = {
  record: VolumeRecord
  /** Under which the slots take states; whoever promises a higher one ends this fleet. */
  term: bigint
  /** The promises of the term, by which its first commit undoes an uncertified state that an earlier writer left. */
  refusals: readonly PenPromise[]
  logger: Logger
}

/**
 * The writing side of all slots of a volume, in step, for one term. Goes on while at least q of them take everything; a
 * slot that fails is left behind until it has caught up.
 */
export class SlotFleet {
  readonly record: VolumeRecord
  readonly term: bigint
  #refusals: readonly PenPromise[]
  readonly #senders = new Map<number, SlotSender>()
  readonly #logger: Logger
  readonly #errors = new Map<number, unknown>()
  readonly #budget = new ByteBudget(IN_FLIGHT_BYTES)
  readonly #stragglers: Stragglers
  #handingOut: Promise<unknown> = Promise.resolve()

  constructor({ record, term, refusals, logger }: SlotFleetOptions) {
    this.record = record
    this.term = term
    this.#refusals = refusals
    this.#logger = logger
    this.#stragglers = new Stragglers(record.q)
  }

  /** Whether a slot has let on that another writer has been there. */
  get disputed(): boolean {
    return this.errors.some(isOfAnotherWriter)
  }

  /** Whether slots will give up an uncertified state for the next commit. */
  get undoes(): boolean {
    return this.#refusals.length > 0
  }

  /** Slots that have taken everything so far. */
  get live(): ReadonlySet<number> {
    return new Set(this.#live().map(({ link }) => link.slot))
  }

  /** Why the slots that were left behind were. */
  get errors(): readonly unknown[] {
    return [...this.#errors.values()]
  }

  /** Lets a slot take part that holds the state to write onto. */
  join(slot: number): void {
    const link = this.record.links[slot]
    if (!link || this.live.has(slot)) return
    this.#errors.delete(slot)
    this.#senders.set(slot, new SlotSender(link, { onFailed: (error) => this.#lost(slot, error) }))
  }

  /** Notes why a slot does not take part. */
  miss(slot: number, error: unknown): void {
    if (!this.live.has(slot)) this.#errors.set(slot, error)
  }

  /**
   * Sends the changes of one stripe, one list per slot. Resolves when there is room for the next stripe; `done` as in
   * {@link SectorSink}.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS`, or what the slots refuse with, once fewer than q are left.
   */
  async write(upload: Upload, changes: SectorPatch[][], done: Parameters<SectorSink>[1]): Promise<void> {
    this.#assertQuorum(upload)
    const bytes = changes.flat().reduce((sum, patch) => sum + patch.bytes.length, 0)
    const release = await this.#watching(() => this.#budget.take(bytes, upload.signal))
    this.#assertQuorum(upload)
    const live = this.#live()
    const sent = live.map((sender) => sender.write(upload, changes[sender.link.slot] ?? []))
    Promise.all(sent).then(() => {
      release()
      // A transport may still hold bytes of a request that failed or was given up.
      if (!upload.signal.aborted && live.every(({ failed }) => !failed)) done()
    }, release)
  }

  /**
   * Commits everywhere at once; resolves at q receipts. From then on every slot is handed the certificate: those that
   * hold the state, and those left behind, which catch up when they see it.
   * @throws {StorgoError} as {@link write}. Then it is not known whether the state will be certified.
   */
  async commit(upload: Upload, commit: Commit): Promise<Committed> {
    this.#assertQuorum(upload)
    const { term, record } = this
    const refusals = this.#refusals
    // Only the first state of a term meets an uncertified one that another writer left.
    this.#refusals = []
    const digest = stateDigest(commit.signed.state, record.domain)
    const receipts: Receipt[] = []
    const accepted = Promise.withResolvers<Certificate>()
    const live = this.#live()
    const everySlot = live.map(async (sender) => {
      const receipt = await sender.commit(upload, { ...commit, pen: upload.pen, term, refusals })
      if (upload.signal.aborted && !sender.failed && !receipt) return accepted.reject(upload.signal.reason)
      if (!receipt || !this.#isReceipt(sender, digest, receipt)) return this.#rejectBelowQuorum(accepted.reject)
      receipts.push(receipt)
      if (receipts.length === record.q) accepted.resolve({ signed: commit.signed, receipts: [...receipts] })
    })
    const certificate = await this.#watching(() => accepted.promise)
    const behind = [...this.#senders.values()].filter((sender) => !live.includes(sender))
    const caughtUp = Promise.all(behind.map((sender) => this.#certify(sender, certificate)))
    const handedOut = Promise.all(
      live.map(async (sender, i) => {
        await everySlot[i]
        await this.#certify(sender, certificate)
      }),
    )
    this.#handingOut = Promise.all([caughtUp, handedOut])
    // A reader that finds fewer than q slots knows of the state only by its certificate.
    const spread = handedOut.then(() => ({ signed: commit.signed, receipts: [...receipts] }))
    return { certificate, spread }
  }

  /** Resolves when every slot has been handed the last certificate or is out of reach. */
  async settled(): Promise<void> {
    await this.#handingOut
  }

  /** What to fail with when fewer than q slots are live: `PEN_TAKEN` if that is because another writer has been here. */
  shortage(): StorgoError | undefined {
    const { volumeId, q, links } = this.record
    const good = this.#live().length
    if (good >= q) return undefined
    const cause = this.errors.find(isOfAnotherWriter)
    if (cause) return penTaken({ volumeId, term: this.term, cause })
    return refusalOf(this.errors, { volumeId, slots: links.length, good, needed: q, what: 'took this write' })
  }

  #live(): SlotSender[] {
    return [...this.#senders.values()].filter((sender) => !sender.failed)
  }

  /** Waits for slots, but not for ones that alone are silent. */
  async #watching<T>(waiting: () => Promise<T>): Promise<T> {
    const looking = setInterval(() => this.#giveUpStragglers(), LOOK_MS)
    try {
      return await waiting()
    } finally {
      clearInterval(looking)
    }
  }

  #giveUpStragglers(): void {
    for (const sender of this.#stragglers.among(this.#live())) {
      const { slot } = sender.link
      const silentMs = Math.round(performance.now() - (sender.silentSinceMs ?? 0))
      sender.fail(new StorgoError('TIMED_OUT', `slot ${slot} has kept silent for ${silentMs} ms`, { slot }))
    }
  }

  async #certify(sender: SlotSender, certificate: Certificate): Promise<void> {
    try {
      await sender.certify(certificate)
    } catch (error) {
      // The next commit, a reader or another slot brings the certificate again.
      if (!sender.failed) this.#warn(sender.link.slot, error, 'slot did not take the certificate')
    }
  }

  #isReceipt(sender: SlotSender, digest: Uint8Array, receipt: Receipt): boolean {
    const { slot, provider } = sender.link
    try {
      const signer = recoverReceiptSigner(digest, receipt, this.record.domain)
      const own = receipt.slot === slot && receipt.term === this.term
      if (own && isAddressEqual(signer, provider)) return true
      throw new StorgoError('CERTIFICATE_INVALID', `slot ${slot} answered with a receipt that is not its own`, { slot })
    } catch (error) {
      sender.fail(error)
      return false
    }
  }

  #rejectBelowQuorum(reject: (error: unknown) => void): void {
    const shortage = this.shortage()
    if (shortage) reject(shortage)
  }

  #assertQuorum({ signal }: Upload): void {
    signal.throwIfAborted()
    const shortage = this.shortage()
    if (shortage) throw shortage
  }

  #lost(slot: number, error: unknown): void {
    this.#errors.set(slot, error)
    // That another writer has been there is nobody's failure.
    if (!isOfAnotherWriter(error)) this.#warn(slot, error, 'slot failed while writing; going on without it')
  }

  #warn(slot: number, error: unknown, message: string): void {
    const { volumeId, links } = this.record
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    this.#logger.warn({ volumeId, slot, provider: links[slot]?.provider, code, reason: String(error) }, message)
  }
}
