import type { Epoch } from '@storgo/protocol'

type CallOptions = { signal: AbortSignal }

/** What is not included up to `lastBlock` is of no use any more, and is taken out of the way. */
export type SendOptions = CallOptions & { lastBlock: bigint }

/** A slot that the provider is billed for in the current epoch. */
export type BookEntry = {
  volumeId: bigint
  slot: number
  /** Slots of the volume. */
  n: number
  /** Least nonce that a proof may show: in the current epoch, and from the next one on. */
  floor: bigint
  nextFloor: bigint
  /** Billed in the current epoch. */
  frozenSectors: number
  /** Billed from the next epoch on. */
  nextSectors: number
}

/** The newest block and where it lies in its epoch. */
export type ChainHead = {
  block: bigint
  epoch: Epoch
  /** First block of the epoch. */
  firstBlock: bigint
  epochBlocks: number
  /** The seed comes from this many blocks after the first. */
  seedDelayBlocks: number
}

/** What proving needs of the contracts, for one provider. */
export interface ProofChain {
  /** In position order; entries that are not billed in the current epoch may be among them. */
  readBook(options: CallOptions): Promise<readonly BookEntry[]>
  /** 28 bytes, once somebody stored it. */
  readSeed(epoch: Epoch, options: CallOptions): Promise<Uint8Array | undefined>
  /** Place of this provider among all in the epoch's order of who stores the seed; 0 is first. */
  seedRank(epoch: Epoch, options: CallOptions): Promise<number>
  storeSeed(epoch: Epoch, options: SendOptions): Promise<void>
  hasProven(epoch: Epoch, options: CallOptions): Promise<boolean>
  /** K: challenges per proof. */
  readSampleCount(options: CallOptions): Promise<number>
  submitProof(
    proof: { epoch: Epoch; states: Uint8Array; samples: Uint8Array },
    options: SendOptions,
  ): Promise<{ gasUsed: bigint }>
  /** In one transaction: all of them or none. */
  settle(slots: readonly { volumeId: bigint; slot: number }[], options: SendOptions): Promise<void>
  /** Transactions of the operator that wait to be included and that this process did not send. */
  countStrays(options: CallOptions): Promise<number>
}
