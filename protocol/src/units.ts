declare const unit: unique symbol
type Unit<Value, Name extends string> = Value & { readonly [unit]: Name }

/** Proving period, a uint32; epoch 0 starts at the schedule's first block. */
export type Epoch = Unit<number, 'epoch'>
/** Height of a chain block. Not interchangeable with {@link Epoch}. */
export type BlockNumber = Unit<bigint, 'block'>

/** The unit that a proof reveals. */
export const LEAF_BYTES = 64
/** The unit that providers store, bill and rebuild. */
export const SECTOR_BYTES = 1 << 20
export const SECTOR_DEPTH = 14
export const LEAVES_PER_SECTOR = 1 << SECTOR_DEPTH
/** Most plain bytes of one chunk. */
export const CHUNK_BYTES = 1 << 20
/** Most slots (k + m) of a volume. */
export const MAX_SLOTS = 32
/** Most sectors in one provider's whole book, and so in one slot. */
export const MAX_SECTORS = 2 ** 28 - 1
export const HEAD_MAX_BYTES = 4096
export const HASH_BYTES = 32

/** The chain's division of blocks into epochs; `firstBlock` is the first block of `firstEpoch`. */
export type EpochSchedule = { firstBlock: BlockNumber; firstEpoch: Epoch; epochBlocks: number }

/** Epoch that contains `block`, rounding down; mirrors `NetworkParameters.epochAt`. */
export function epochAt(block: BlockNumber, { firstBlock, firstEpoch, epochBlocks }: EpochSchedule): Epoch {
  return (firstEpoch + Number((block - firstBlock) / BigInt(epochBlocks))) as Epoch
}

/** First block of `epoch`; mirrors `NetworkParameters.firstBlock`. */
export function firstBlockOf(epoch: Epoch, { firstBlock, firstEpoch, epochBlocks }: EpochSchedule): BlockNumber {
  return (firstBlock + BigInt(epoch - firstEpoch) * BigInt(epochBlocks)) as BlockNumber
}

/** Receipts that certify a state of a volume with k data and m parity slots. */
export function quorum(k: number, m: number): number {
  return k + Math.ceil(m / 2)
}
