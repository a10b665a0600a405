import {
  type Certificate,
  isStorgoError,
  type Receipt,
  recoverReceiptSigner,
  type SignedState,
  StorgoError,
  stateDigest,
} from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { ByteBudget } from './byte-budget.ts'
import type { SectorPatch } from './log-writer.ts'
import type { Logger } from './logger.ts'
import { refusalOf } from './refusal.ts'
import { SlotSender, type UploadId } from './slot-sender.ts'
import type { VolumeRecord } from './volume-record.ts'

/** Bytes of stripes on their way to the slots at a time. */
const IN_FLIGHT_BYTES = 32 << 20

/** A slot is given up when it alone has not answered a write for this long, and the others have nothing left to do. */
const STRAGGLER_MS = 8_000
const LOOK_MS = 500

/** A state to make durable, with what the slots check it by. */
export type Commit = { signed: SignedState; slotRoots: Uint8Array; headRecord: Uint8Array; parent?: Certificate }

/** A state that a quorum holds. `spread` resolves with all receipts once every slot has answered or failed; it never rejects. */
export type Committed = { certificate: Certificate; spread: Promise<Certificate> }

export type SlotFleetOptions = {
  record: VolumeRecord
  /** Slots that hold the state to write onto; the others get nothing. */
  holders: ReadonlySet<number>
  logger: Logger
  signal: AbortSignal
}

/**
 * The writing side of all slots of a volume, in step. Goes on while at least q of them take everything; a slot that
 * fails once is left behind for good.
 */
export class SlotFleet {
  readonly #record: VolumeRecord
  readonly #senders: SlotSender[]
  readonly #logger: Logger
  readonly #signal: AbortSignal
  readonly #errors: unknown[] = []
  readonly #budget = new ByteBudget(IN_FLIGHT_BYTES)

  constructor({ record, holders, logger, signal }: SlotFleetOptions) {
    this.#record = record
    this.#logger = logger
    this.#signal = signal
    this.#senders = record.links
      .filter(({ slot }) => holders.has(slot))
      .map((link) => new SlotSender(link, { signal, onFailed: (error) => this.#lost(link, error) }))
  }

  /** Slots that have taken everything so far. */
  get live(): number {
    return this.#senders.filter((sender) => !sender.failed).length
  }

  /**
   * Sends the changes of one stripe, one list per slot. Resolves when there is room for the next stripe.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS`, or what the slots refuse with, once fewer than q are left.
   */
  async write(upload: UploadId, changes: SectorPatch[][]): Promise<void> {
    this.#assertQuorum()
    const bytes = changes.flat().reduce((sum, patch) => sum + patch.bytes.length, 0)
    const release = await this.#room(bytes)
    this.#assertQuorum()
    const sent = this.#senders.map((sender) => sender.write(upload, changes[sender.link.slot] ?? []))
    Promise.all(sent).then(release, release)
  }

  /**
   * Commits everywhere at once; resolves at q receipts. From then on every slot that gave one is handed the certificate.
   * @throws {StorgoError} as {@link write}.
   */
  async commit(upload: UploadId, commit: Commit): Promise<Committed> {
    this.#assertQuorum()
    const { q } = this.#record
    const digest = stateDigest(commit.signed.state, this.#record.domain)
    const receipts: Receipt[] = []
    const accepted = Promise.withResolvers<Certificate>()
    const everySlot = this.#senders.map(async (sender) => {
      const receipt = await sender.commit(upload, commit)
      if (!receipt || !this.#isReceipt(sender, digest, receipt)) return this.#rejectBelowQuorum(accepted.reject)
      receipts.push(receipt)
      if (receipts.length === q) accepted.resolve({ signed: commit.signed, receipts: [...receipts] })
      await this.#certify(sender, await accepted.promise)
    })
    const spread = Promise.allSettled(everySlot).then(() => ({ signed: commit.signed, receipts: [...receipts] }))
    return { certificate: await accepted.promise, spread }
  }

  /** Hands `slots` the certificate of the state they hold; those that do not take it are lost. */
  async certify(certificate: Certificate, slots: ReadonlySet<number>): Promise<void> {
    const behind = this.#senders.filter(({ link }) => slots.has(link.slot))
    await Promise.all(behind.map((sender) => sender.certify(certificate).catch((error: unknown) => sender.fail(error))))
    this.#assertQuorum()
  }

  /** Waits for room among the bytes on their way; not for a slot that alone keeps them. */
  async #room(bytes: number): Promise<() => void> {
    const looking = setInterval(() => this.#giveUpStragglers(), LOOK_MS)
    try {
      return await this.#budget.take(bytes, this.#signal)
    } finally {
      clearInterval(looking)
    }
  }

  #giveUpStragglers(): void {
    const live = this.#senders.filter((sender) => !sender.failed)
    const idle = live.filter(({ silentSinceMs }) => silentSinceMs === undefined)
    const beforeMs = performance.now() - STRAGGLER_MS
    const late = live.filter(({ silentSinceMs }) => silentSinceMs !== undefined && silentSinceMs < beforeMs)
    if (idle.length < this.#record.q || idle.length + late.length < live.length) return
    for (const sender of late) {
      const { slot } = sender.link
      sender.fail(
        new StorgoError('TIMED_OUT', `slot ${slot} alone has not taken a write for ${STRAGGLER_MS} ms`, { slot }),
      )
    }
  }

  async #certify(sender: SlotSender, certificate: Certificate): Promise<void> {
    try {
      await sender.certify(certificate)
    } catch (error) {
      // It holds the state and has signed for it; the next commit or reader brings the certificate again.
      this.#warn(sender.link, error, 'slot did not take the certificate')
    }
  }

  #isReceipt(sender: SlotSender, digest: Uint8Array, receipt: Receipt): boolean {
    const { slot, provider } = sender.link
    try {
      const signer = recoverReceiptSigner(digest, receipt, this.#record.domain)
      if (receipt.slot === slot && isAddressEqual(signer, provider)) return true
      throw new StorgoError('CERTIFICATE_INVALID', `slot ${slot} answered with a receipt that is not its own`, { slot })
    } catch (error) {
      sender.fail(error)
      return false
    }
  }

  #rejectBelowQuorum(reject: (error: unknown) => void): void {
    if (this.live < this.#record.q) reject(this.#shortage())
  }

  #assertQuorum(): void {
    this.#signal.throwIfAborted()
    if (this.live < this.#record.q) throw this.#shortage()
  }

  #shortage(): unknown {
    if (this.#signal.aborted) return this.#signal.reason
    const { volumeId, q, links } = this.#record
    return refusalOf(this.#errors, {
      volumeId,
      slots: links.length,
      good: this.live,
      needed: q,
      what: 'took this write',
    })
  }

  #lost(link: { slot: number; provider: string }, error: unknown): void {
    this.#errors.push(error)
    if (!this.#signal.aborted) this.#warn(link, error, 'slot failed while writing; going on without it')
  }

  #warn({ slot, provider }: { slot: number; provider: string }, error: unknown, message: string): void {
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    this.#logger.warn({ volumeId: this.#record.volumeId, slot, provider, code, reason: String(error) }, message)
  }
}
