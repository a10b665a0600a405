type Weight = { from: number; sectors: number }
type Entry = { volumeId: bigint; slot: number; n: number; weights: Weight[]; freedIn?: number }

/** A slot's sectors in one epoch. */
const sectorsIn = (weights: readonly Weight[], epoch: number): number =>
  weights.findLast(({ from }) => from <= epoch)?.sectors ?? 0

/** One provider's book as a plain list with every weight it ever had, and the freed positions as a queue. */
export class BookReference {
  readonly #entries: Entry[] = []
  readonly #freed: number[] = []

  /** @returns the slot's position. */
  add(epoch: number, volumeId: bigint, slot: number, n: number, sectors: number): number {
    const entry = { volumeId, slot, n, weights: [{ from: epoch + 1, sectors }] }
    const [oldest] = this.#freed
    if (oldest === undefined || (this.#entries[oldest]?.freedIn ?? 0) >= epoch) return this.#entries.push(entry) - 1
    this.#freed.shift()
    this.#entries[oldest] = entry
    return oldest
  }

  setWeight(epoch: number, position: number, sectors: number): void {
    const entry = this.#entryAt(position)
    entry.weights = entry.weights.filter(({ from }) => from <= epoch)
    entry.weights.push({ from: epoch + 1, sectors })
  }

  remove(epoch: number, position: number): void {
    this.setWeight(epoch, position, 0)
    this.#entryAt(position).freedIn = epoch
    this.#freed.push(position)
  }

  /** Billed sectors of the whole book in an epoch. */
  total(epoch: number): number {
    return this.#entries.reduce((sum, { weights }) => sum + sectorsIn(weights, epoch), 0)
  }

  /** The book as `ProofOfStorage.book` gives it. */
  entries(epoch: number) {
    return this.#entries.map(({ volumeId, slot, n, weights }, position) => ({
      position,
      volumeId,
      slot,
      n,
      floor: 0n,
      nextFloor: 0n,
      frozenSectors: sectorsIn(weights, epoch),
      nextSectors: sectorsIn(weights, epoch + 1),
    }))
  }

  #entryAt(position: number): Entry {
    const entry = this.#entries[position]
    if (entry === undefined) throw new RangeError(`the book has no position ${position}`)
    return entry
  }
}
