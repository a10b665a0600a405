import {
  type CborValue,
  type Change,
  concatBytes,
  decodeRootRow,
  foldLevels,
  HASH_BYTES,
  ROW_LEVELS,
  ROW_NODES,
  rootRowKey,
  SECTOR_DEPTH,
  StorgoError,
  slotDepth,
} from '@storgo/protocol'

/** Reads an entry of the last certified catalog. */
export type ReadEntry = (key: Uint8Array) => Promise<CborValue | undefined>

/** `nodes[slot]` is one after the other, `ROW_NODES` at most. `changed`: not in the catalog as it is here. */
type Row = { level: number; index: number; nodes: Uint8Array[]; count: number; changed: boolean }

/** Rows kept in memory without being needed. */
const MOST_ROWS = 256

/**
 * The roots of all sectors of all slots, as rows of 16 nodes that the catalog keeps (docs/protocol/types.md, section 10):
 * a stripe may change anywhere in the volume, and the slots' roots follow with a few hashes and without asking a slot. Rows
 * are read when they are needed. One caller at a time.
 */
export class StripeRoots {
  readonly #n: number
  readonly #read: ReadEntry
  readonly #rows = new Map<string, Row>()
  #stripes: number

  /** @param stripes how many of the catalog's rows are right, from the first on. */
  constructor({ n, stripes, read }: { n: number; stripes: number; read: ReadEntry }) {
    this.#n = n
    this.#stripes = stripes
    this.#read = read
  }

  /** Stripes that have roots. */
  get stripes(): number {
    return this.#stripes
  }

  /**
   * Sets the roots of a stripe's sectors, 32 bytes a slot: of one that is there, or of the next.
   * @param whole whether the stripe will not change in the states to come, so that the rows in the catalog should have it.
   */
  async set(stripe: number, roots: readonly Uint8Array[], whole: boolean): Promise<void> {
    if (stripe > this.#stripes)
      throw new StorgoError('INTERNAL', 'a stripe has roots before those before it', { stripe })
    let nodes = roots
    let at = stripe
    for (let level = 0; ; level++) {
      const row = await this.#row(level, Math.floor(at / ROW_NODES))
      const child = at % ROW_NODES
      for (const [slot, node] of nodes.entries()) row.nodes[slot]?.set(node, child * HASH_BYTES)
      row.count = Math.max(row.count, child + 1)
      row.changed ||= whole
      if (row.count < ROW_NODES) break
      nodes = row.nodes.map((own) => foldLevels(own, ROW_LEVELS, SECTOR_DEPTH + level * ROW_LEVELS))
      at = row.index
    }
    this.#stripes = Math.max(this.#stripes, stripe + 1)
  }

  /** The roots of all slots over all stripes, 32 bytes each; of zeros while there is none. */
  async slotRoots(): Promise<Uint8Array> {
    if (this.#stripes === 0) return new Uint8Array(this.#n * HASH_BYTES)
    const depth = slotDepth(this.#stripes)
    let edge: Uint8Array[] | undefined
    for (let level = 0; ; level++) {
      const whole = Math.floor(this.#stripes / ROW_NODES ** level)
      const left = depth - level * ROW_LEVELS
      const top = left <= ROW_LEVELS && whole < ROW_NODES
      const height = SECTOR_DEPTH + level * ROW_LEVELS
      if (whole % ROW_NODES > 0 || edge) {
        const row = await this.#row(level, Math.floor(whole / ROW_NODES))
        const nodes = row.nodes.map((own, slot) =>
          concatBytes(own.subarray(0, (whole % ROW_NODES) * HASH_BYTES), edge?.[slot] ?? new Uint8Array(0)),
        )
        edge = nodes.map((own) => foldLevels(own, top ? left : ROW_LEVELS, height))
      }
      if (top && edge) return concatBytes(...edge)
    }
  }

  /** The rows that the catalog has otherwise, as entries; from now on it counts as having them. */
  changes(): Change[] {
    const changed = [...this.#rows.values()].filter((row) => row.changed)
    return changed.map((row) => {
      row.changed = false
      const value = concatBytes(...row.nodes.map((own) => own.subarray(0, row.count * HASH_BYTES)))
      return { key: rootRowKey(row.level, row.index), value }
    })
  }

  /** Lets go of rows that the last certified catalog has; not of those that `open` stripes and the last one are below. */
  forget(open: readonly number[]): void {
    if (this.#rows.size <= MOST_ROWS) return
    const needed = [...open, this.#stripes]
    for (const [name, { level, index, changed }] of this.#rows) {
      const below = ROW_NODES ** (level + 1)
      if (!changed && !needed.some((stripe) => Math.floor(stripe / below) === index)) this.#rows.delete(name)
    }
  }

  async #row(level: number, index: number): Promise<Row> {
    const name = `${level}/${index}`
    const known = this.#rows.get(name)
    if (known) return known
    const count = Math.min(ROW_NODES, Math.floor(this.#stripes / ROW_NODES ** level) - index * ROW_NODES)
    const stored = count > 0 ? decodeRootRow(await this.#read(rootRowKey(level, index)), this.#n) : []
    if (count > 0 && (stored[0]?.length ?? 0) < count * HASH_BYTES) {
      throw new StorgoError('CATALOG_CORRUPT', 'a row of roots lacks some', { level, index })
    }
    const nodes = Array.from({ length: this.#n }, (_, slot) => {
      const own = new Uint8Array(ROW_NODES * HASH_BYTES)
      own.set(stored[slot]?.subarray(0, count * HASH_BYTES) ?? [])
      return own
    })
    const row = { level, index, nodes, count: Math.max(0, count), changed: false }
    this.#rows.set(name, row)
    return row
  }
}
