import type { SlotRange } from './read-plan.ts'

type Read = { offset: number; length: number; bytes: Promise<Uint8Array> }

/**
 * Reads of a few ranges that belong together: what one of them brings is not asked for again. So working out a dead
 * slot's part of a stripe costs one parity sector, not k sectors.
 */
export class SharedReads {
  readonly #reads = new Map<string, Read[]>()
  readonly #read: (range: SlotRange) => Promise<Uint8Array>

  constructor(read: (range: SlotRange) => Promise<Uint8Array>) {
    this.#read = read
  }

  async read(range: SlotRange): Promise<Uint8Array> {
    const { slot, sector, offset, length } = range
    const key = `${slot}/${sector}`
    const known = this.#reads.get(key) ?? []
    this.#reads.set(key, known)
    const covering = known.find((read) => read.offset <= offset && offset + length <= read.offset + read.length)
    if (covering) return (await covering.bytes).subarray(offset - covering.offset, offset - covering.offset + length)
    const bytes = this.#read(range)
    known.push({ offset, length, bytes })
    return bytes
  }
}
