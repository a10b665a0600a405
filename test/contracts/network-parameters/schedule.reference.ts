type Epoch = { first: bigint; blocks: number; seedDelay: number }

/** The schedule as a list of every epoch that has begun; a change waits for the next one. */
export class ScheduleReference {
  readonly #begun: Epoch[]
  #next: { blocks: number; seedDelay: number }

  constructor(startBlock: bigint, blocks: number, seedDelay: number) {
    this.#begun = [{ first: startBlock, blocks, seedDelay }]
    this.#next = { blocks, seedDelay }
  }

  /** Begins every epoch up to the one of `block`. */
  advance(block: bigint): void {
    for (let last = this.#begun.at(-1)!; block >= last.first + BigInt(last.blocks); last = this.#begun.at(-1)!) {
      this.#begun.push({ first: last.first + BigInt(last.blocks), ...this.#next })
    }
  }

  change(next: Partial<{ blocks: number; seedDelay: number }>): void {
    this.#next = { ...this.#next, ...next }
  }

  get current(): number {
    return this.#begun.length - 1
  }

  get next(): { blocks: number; seedDelay: number } {
    return this.#next
  }

  /** Any epoch; one that has not begun is as it would be without a further change. */
  epoch(number: number): Epoch {
    const begun = this.#begun[number]
    if (begun !== undefined) return begun
    const before = this.epoch(number - 1)
    return { first: before.first + BigInt(before.blocks), ...this.#next }
  }
}
