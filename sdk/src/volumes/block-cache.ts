import { type Extent, locate, SECTOR_BYTES } from '@storgo/protocol'
import type { SlotRange } from './read-plan.ts'

/** What small reads are rounded to: the next small thing is mostly beside the last one. Divides a sector. */
const BLOCK_BYTES = 128 << 10
/** Blocks kept. */
const MOST_BLOCKS = 64
/** Larger extents are read as they are. */
const SMALL_BYTES = 32 << 10

/**
 * Verified parts of the log that were read lately, for manifests, catalog nodes and small files, which lie close together.
 * Only what lies wholly before the log's tail is kept. A version of the volume has its own: where its writer has filled free
 * stripes it differs from the one before.
 */
export class BlockCache {
  readonly #blocks = new Map<string, Promise<Uint8Array>>()

  /** Whether an extent of a log of `tail` bytes is read in blocks. */
  takes({ offset, length }: Extent, { k, tail }: { k: number; tail: number }): boolean {
    return length > 0 && length <= SMALL_BYTES && blocksOf({ offset, length }, k).every(({ end }) => end <= tail)
  }

  /** The blocks of a log of which `extents` have changed. */
  without(extents: readonly Extent[], k: number): BlockCache {
    const next = new BlockCache()
    for (const [key, block] of this.#blocks) next.#blocks.set(key, block)
    for (const extent of extents) for (const { range } of blocksOf(extent, k)) next.#blocks.delete(keyOf(range))
    return next
  }

  /** @param read asks the slots for a block. */
  async read(extent: Extent, k: number, read: (range: SlotRange) => Promise<Uint8Array>): Promise<Uint8Array> {
    const bytes = new Uint8Array(extent.length)
    await Promise.all(
      blocksOf(extent, k).map(async ({ range, from, to, length }) => {
        bytes.set((await this.#block(range, read)).subarray(from, from + length), to)
      }),
    )
    return bytes
  }

  #block(range: SlotRange, read: (range: SlotRange) => Promise<Uint8Array>): Promise<Uint8Array> {
    const key = keyOf(range)
    const block = this.#blocks.get(key) ?? read(range)
    this.#blocks.delete(key)
    this.#blocks.set(key, block)
    const [oldest] = this.#blocks.keys()
    if (this.#blocks.size > MOST_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest)
    block.catch(() => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key)
    })
    return block
  }
}

function keyOf({ slot, sector, offset }: SlotRange): string {
  return `${slot}/${sector}/${offset}`
}

type BlockPart = {
  range: SlotRange
  /** Where in the log the block ends. */
  end: number
  /** `length` bytes at `from` of the block go to `to` of the extent. */
  from: number
  to: number
  length: number
}

function blocksOf(extent: Extent, k: number): BlockPart[] {
  const parts: BlockPart[] = []
  let to = 0
  for (const { stripe, slot, offset, length } of locate(extent, k)) {
    const start = (stripe * k + slot) * SECTOR_BYTES
    for (let at = offset; at < offset + length; ) {
      const block = at - (at % BLOCK_BYTES)
      const part = Math.min(block + BLOCK_BYTES, offset + length) - at
      const range = { slot, sector: stripe, offset: block, length: BLOCK_BYTES }
      parts.push({ range, end: start + block + BLOCK_BYTES, from: at - block, to, length: part })
      at += part
      to += part
    }
  }
  return parts
}
