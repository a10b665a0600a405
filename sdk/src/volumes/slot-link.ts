import {
  type Certificate,
  concatBytes,
  decodeSlotCertifyReply,
  decodeSlotCommitReply,
  decodeSlotHistoryReply,
  decodeSlotPenReply,
  decodeSlotReadReply,
  decodeSlotReleaseReply,
  decodeSlotStateReply,
  decodeSlotSyncReply,
  decodeSlotWriteReply,
  encodeSlotCertifyRequest,
  encodeSlotCommitRequest,
  encodeSlotHistoryRequest,
  encodeSlotPenRequest,
  encodeSlotReadRequest,
  encodeSlotReleaseRequest,
  encodeSlotStateRequest,
  encodeSlotSyncRequest,
  encodeSlotWriteRequest,
  type HistoryEntry,
  isStorgoError,
  type Receipt,
  SLOT_CERTIFY_PROTOCOL,
  SLOT_COMMIT_PROTOCOL,
  SLOT_HISTORY_PROTOCOL,
  SLOT_PEN_PROTOCOL,
  SLOT_READ_PROTOCOL,
  SLOT_RELEASE_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  SLOT_WRITE_PROTOCOL,
  type SlotCommitRequest,
  type SlotPenReply,
  type SlotStateReply,
  type SlotSyncReply,
  StorgoError,
} from '@storgo/protocol'
import { type Address, zeroAddress } from 'viem'
import { expectedMs, type PeerRecord } from '../discovery/peer-record.ts'
import { askAgain } from './ask-again.ts'
import type { SectorPatch } from './log-writer.ts'
import type { SlotSigns } from './signs-of-life.ts'
import type { CallOptions, SlotCall } from './slot-call.ts'

/** The bytes of whole leaves as a slot sent them, and the path that is said to bind them. Not verified. */
export type LeavesWithPath = { bytes: Uint8Array; path: Uint8Array }

type Content = { bulk?: Uint8Array; repeatable: boolean }
const REPEATABLE: Content = { repeatable: true }
/** For an answer that only shows that somebody is there. */
const LOOK_MS = 3_000

export type SlotLinkOptions = {
  /** Reaches the provider; absent when there is none, or the registry does not tell where it is. */
  call: SlotCall | undefined
  volumeId: bigint
  slot: number
  /** Address of the operator that holds the slot. */
  provider: Address
  /** What is known of the provider, and who is told that it lied; absent where nobody keeps that. */
  judge?: { record: () => PeerRecord | undefined; lied: () => void }
  /** What the network notices of the provider; absent where there is none. */
  signs?: Omit<SlotSigns, 'slot' | 'isThere'>
}

/**
 * The slot protocols of one slot, asked of the provider that holds it. Every call rejects with what the provider
 * answered, `TIMED_OUT`, `PEER_UNREACHABLE`, or the signal's reason.
 */
export class SlotLink {
  readonly slot: number
  /** Address of the operator that holds the slot. */
  readonly provider: Address
  readonly #volumeId: bigint
  readonly #reach: SlotCall | undefined
  readonly #judge: SlotLinkOptions['judge']
  readonly #signs: SlotLinkOptions['signs']

  constructor({ call, volumeId, slot, provider, judge, signs }: SlotLinkOptions) {
    this.slot = slot
    this.provider = provider
    this.#volumeId = volumeId
    this.#reach = call
    this.#judge = judge
    this.#signs = signs
  }

  /** Milliseconds after which `bytes` are likely to be here if the provider is asked; less is better. */
  expectedMs(bytes: number): number {
    return expectedMs(this.#judge?.record(), bytes)
  }

  /** When bytes of the provider have last come while it owed answers, by `performance.now()`. */
  heardMs(): number | undefined {
    return this.#signs?.heardMs()
  }

  /** Whether the provider may be silent because the network is, or was until a while ago. */
  isComingBack(): boolean {
    return this.#signs?.isComingBack() ?? false
  }

  /** Asks the provider for little. Resolves if it answers, whatever, within some seconds, or once the network is back. */
  async isThere(): Promise<void> {
    try {
      await this.state({ timeoutMs: LOOK_MS })
    } catch (error) {
      const isRefusal = isStorgoError(error) && error.code !== 'TIMED_OUT' && error.code !== 'PEER_UNREACHABLE'
      if (!isRefusal) throw error
    }
  }

  /** The provider sent bytes that do not verify. */
  lied(): void {
    this.#judge?.lied()
  }

  /** What the slot says it holds; nothing of it is verified. */
  async state(options: CallOptions): Promise<SlotStateReply> {
    const message = encodeSlotStateRequest({ volumeId: this.#volumeId, slot: this.slot })
    return decodeSlotStateReply((await this.#call(SLOT_STATE_PROTOCOL, message, options, REPEATABLE)).body)
  }

  /** Asks for the slot's promise to take nothing below `term`; `pen`, 16 bytes, names this writer. Nothing is verified. */
  async pen(pen: { term: bigint; pen: Uint8Array }, options: CallOptions): Promise<SlotPenReply> {
    const message = encodeSlotPenRequest({ volumeId: this.#volumeId, slot: this.slot, ...pen })
    return decodeSlotPenReply((await this.#call(SLOT_PEN_PROTOCOL, message, options, REPEATABLE)).body)
  }

  /** Stages changes of at most 1 MiB for `upload`. */
  async write(
    { patches, ...upload }: { upload: Uint8Array; pen: Uint8Array; baseNonce: bigint; patches: readonly SectorPatch[] },
    options: CallOptions,
  ): Promise<void> {
    const message = encodeSlotWriteRequest({
      volumeId: this.#volumeId,
      slot: this.slot,
      ...upload,
      patches: patches.map(({ bytes, ...patch }) => ({ ...patch, length: bytes.length })),
    })
    const only = patches.length === 1 ? patches[0]?.bytes : undefined
    const bulk = only ?? concatBytes(...patches.map(({ bytes }) => bytes))
    // Bytes that are XORed twice are gone.
    const repeatable = patches.every(({ mode }) => mode === 'replace')
    decodeSlotWriteReply((await this.#call(SLOT_WRITE_PROTOCOL, message, options, { bulk, repeatable })).body)
  }

  /** Resolves with the slot's receipt, whose signature is not verified. */
  async commit(commit: Omit<SlotCommitRequest, 'slot'>, options: CallOptions): Promise<Receipt> {
    const message = encodeSlotCommitRequest({ ...commit, slot: this.slot })
    return decodeSlotCommitReply((await this.#call(SLOT_COMMIT_PROTOCOL, message, options, REPEATABLE)).body).receipt
  }

  async certify(certificate: Certificate, options: CallOptions): Promise<void> {
    const message = encodeSlotCertifyRequest({ slot: this.slot, certificate })
    decodeSlotCertifyReply((await this.#call(SLOT_CERTIFY_PROTOCOL, message, options, REPEATABLE)).body)
  }

  /** What the slot's state changed since another: one page of it, from sector `after` on. Nothing is verified. */
  async sync(
    wanted: { since: bigint; uncertified: boolean; after: number },
    options: CallOptions,
  ): Promise<SlotSyncReply> {
    const message = encodeSlotSyncRequest({ volumeId: this.#volumeId, slot: this.slot, ...wanted })
    return decodeSlotSyncReply((await this.#call(SLOT_SYNC_PROTOCOL, message, options, REPEATABLE)).body)
  }

  /** States that the slot keeps for the retention time, newest first, of nonces below `before` (0: from the newest). */
  async history({ before }: { before: bigint }, options: CallOptions): Promise<readonly HistoryEntry[]> {
    const message = encodeSlotHistoryRequest({ volumeId: this.#volumeId, slot: this.slot, before })
    const { body } = await this.#call(SLOT_HISTORY_PROTOCOL, message, options, REPEATABLE)
    return decodeSlotHistoryReply(body).entries
  }

  /** Hands the slot the owner's word that what states up to `nonce` freed may be overwritten at once. */
  async release(release: { nonce: bigint; signature: Uint8Array }, options: CallOptions): Promise<void> {
    const message = encodeSlotReleaseRequest({ volumeId: this.#volumeId, slot: this.slot, ...release })
    decodeSlotReleaseReply((await this.#call(SLOT_RELEASE_PROTOCOL, message, options, REPEATABLE)).body)
  }

  async read(
    range: { nonce: bigint; sector: number; offset: number; length: number },
    options: CallOptions,
  ): Promise<LeavesWithPath> {
    const { nonce, sector, offset, length } = range
    const message = encodeSlotReadRequest({ volumeId: this.#volumeId, slot: this.slot, nonce, sector, offset, length })
    const { body, bulk } = await this.#call(SLOT_READ_PROTOCOL, message, options, REPEATABLE)
    return { bytes: bulk, path: decodeSlotReadReply(body).path }
  }

  /** @param repeatable whether the slot may be asked twice, when it is not known whether it got the first request. */
  async #call(protocol: string, message: Uint8Array, options: CallOptions, { bulk, repeatable }: Content) {
    const reach = this.#reach
    if (!reach) {
      const { slot, provider } = this
      const why = provider === zeroAddress ? 'nobody holds the slot' : `the registry does not tell where ${provider} is`
      throw new StorgoError('PEER_UNREACHABLE', why, { slot, operator: provider })
    }
    const ask = () => reach(protocol, { message, ...(bulk && { bulk }) }, options)
    return askAgain(ask, { repeatable, signal: options.signal })
  }
}
