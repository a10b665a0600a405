import { concatBytes, HASH_BYTES, SECTOR_DEPTH, sha256, slotDepth, zeroRoot } from '@storgo/protocol'

/**
 * The right edge of one slot's tree: the roots of the complete subtrees over its first `count` sectors, at most one
 * per level (as in a Merkle mountain range). Enough to append sectors and to compute the slot's root, without the
 * sectors or their roots: sectors before the tail never change.
 */
export class SlotFrontier {
  #count = 0
  readonly #peaks: (Uint8Array | undefined)[] = []

  /** Sectors covered. */
  get count(): number {
    return this.#count
  }

  /** Adds the next sector. @param root 32 bytes. */
  append(root: Uint8Array): void {
    let node = root
    let level = 0
    for (; (this.#count >> level) & 1; level++) {
      node = sha256(concatBytes(this.#peaks[level] as Uint8Array, node))
      this.#peaks[level] = undefined
    }
    this.#peaks[level] = node
    this.#count++
  }

  /**
   * Root of the slot of `count` sectors, or of one more whose root is `tail`: docs/protocol/types.md section 2.
   * Undefined for an empty slot: with no sectors there is no tree.
   */
  root(tail?: Uint8Array): Uint8Array | undefined {
    const sectors = this.#count + (tail === undefined ? 0 : 1)
    if (sectors === 0) return undefined
    const depth = slotDepth(sectors)
    if (this.#count === 2 ** depth) return this.#peaks[depth]
    let node = tail ?? zeroRoot(SECTOR_DEPTH)
    for (let level = 0; level < depth; level++) {
      const left = (this.#count >> level) & 1 ? this.#peaks[level] : undefined
      node = sha256(left ? concatBytes(left, node) : concatBytes(node, zeroRoot(SECTOR_DEPTH + level)))
    }
    return node
  }

  /** The peaks from the lowest level up, one hash per bit set in `count`. */
  peaks(): Uint8Array {
    return concatBytes(...this.#peaks.filter((peak) => peak !== undefined))
  }

  clone(): SlotFrontier {
    return SlotFrontier.of(this.#count, this.peaks())
  }

  /** The frontier of `count` sectors with these {@link peaks}. @throws {RangeError} when their number is not that of `count`'s bits. */
  static of(count: number, peaks: Uint8Array): SlotFrontier {
    const frontier = new SlotFrontier()
    let at = 0
    for (let level = 0; count >> level > 0; level++) {
      if (((count >> level) & 1) === 0) {
        frontier.#peaks[level] = undefined
        continue
      }
      frontier.#peaks[level] = peaks.slice(at, at + HASH_BYTES)
      at += HASH_BYTES
    }
    if (at !== peaks.length) throw new RangeError(`a frontier of ${count} sectors has ${at} bytes, not ${peaks.length}`)
    frontier.#count = count
    return frontier
  }
}
