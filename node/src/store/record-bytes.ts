import { concatBytes, StorgoError } from '@storgo/protocol'

/** Puts a record together, field by field; integers are big-endian. */
export class RecordWriter {
  readonly #parts: Uint8Array[] = []

  uint(value: number, size: 1 | 2 | 4 | 6): this {
    const bytes = Buffer.alloc(size)
    bytes.writeUIntBE(value, 0, size)
    return this.bytes(bytes)
  }

  uint64(value: bigint): this {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(value)
    return this.bytes(bytes)
  }

  /** Bytes whose length the reader knows. */
  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }

  /** Bytes after their length, a uint32. */
  sized(bytes: Uint8Array): this {
    return this.uint(bytes.length, 4).bytes(bytes)
  }

  /** Things after their number, a uint32. */
  list<Item>(items: readonly Item[], write: (item: Item, writer: this) => void): this {
    this.uint(items.length, 4)
    for (const item of items) write(item, this)
    return this
  }

  end(): Uint8Array {
    return concatBytes(...this.#parts)
  }
}

/** Takes apart what {@link RecordWriter} put together. Every method throws `INTERNAL` beyond the end. */
export class RecordReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint(size: 1 | 2 | 4 | 6): number {
    return this.#bytes.readUIntBE(this.#advance(size), size)
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#advance(8))
  }

  /** A copy. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count)
    return new Uint8Array(this.#bytes.subarray(start, start + count))
  }

  sized(): Uint8Array {
    return this.bytes(this.uint(4))
  }

  list<Item>(read: (reader: this) => Item): Item[] {
    const items: Item[] = []
    // Not made at once: the number of a damaged record may be anything.
    for (let count = this.uint(4); count > 0; count--) items.push(read(this))
    return items
  }

  /** @throws {StorgoError} `INTERNAL` if something is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw brokenRecord('length')
  }

  #advance(count: number): number {
    const start = this.#at
    if (start + count > this.#bytes.length) throw brokenRecord('length')
    this.#at = start + count
    return start
  }
}

/** A record that is not one this version writes. */
export function brokenRecord(field: string): StorgoError {
  return new StorgoError('INTERNAL', `A record of the store has a wrong ${field}.`, { field })
}
