import { StorgoError } from '@storgo/protocol'

/** Which cells are taken; the lowest free one is given first, so that files stay as short as they can. */
export class CellAllocator {
  /** Most cells taken at a time. If it becomes less than are taken, none is given until enough are freed. */
  capacity: number
  #taken: Uint8Array
  #count = 0
  /** No cell below is free. */
  #lowest = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#taken = new Uint8Array(Math.min(capacity, 4096))
  }

  get count(): number {
    return this.#count
  }

  /** @throws {StorgoError} `DISK_FULL` if the capacity is taken. */
  take(): number {
    if (this.#count >= this.capacity) {
      throw new StorgoError('DISK_FULL', `All ${this.capacity} sectors are taken.`, { capacity: this.capacity })
    }
    let cell = this.#lowest
    while (this.#taken[cell] === 1) cell++
    this.occupy(cell)
    this.#lowest = cell + 1
    return cell
  }

  /** Takes a given cell, as at start from the index; `false` if it was taken already. */
  occupy(cell: number): boolean {
    if (cell >= this.#taken.length) {
      const grown = new Uint8Array(Math.max(cell + 1, this.#taken.length * 2))
      grown.set(this.#taken)
      this.#taken = grown
    }
    if (this.#taken[cell] === 1) return false
    this.#taken[cell] = 1
    this.#count++
    return true
  }

  free(cell: number): void {
    if (this.#taken[cell] !== 1) throw new StorgoError('INTERNAL', `Cell ${cell} is free already.`, { cell })
    this.#taken[cell] = 0
    this.#count--
    this.#lowest = Math.min(this.#lowest, cell)
  }
}
