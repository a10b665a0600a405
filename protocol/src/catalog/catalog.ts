import { compareBytes, equalBytes } from '../bytes.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { StorgoError } from '../errors.ts'
import type { Extent } from '../log/extent.ts'
import { find } from './find.ts'
import { leafEntrySize, MAX_KEY_BYTES, MAX_NODE_BYTES, NODE_FRAME_BYTES, type Ref } from './node.ts'
import { type NodeLog, NodeStore } from './node-store.ts'
import { type Change, rewrite } from './rewrite.ts'
import { MAX_PAGE, type Page, type ScanRange, scan } from './scan.ts'
import { type WalkedNode, walk } from './walk.ts'

export type CatalogOptions = NodeLog & {
  /** Null for an empty catalog. */
  root: Ref | null
  volumeKey: Uint8Array
  /** Most bytes of nodes kept, counted as they are sealed; in memory they take a few times as much. */
  cacheBytes: number
}

/**
 * One version of a volume's index: a copy-on-write B+ tree of sealed nodes in the log (docs/protocol/types.md,
 * section 10). A version never changes; {@link apply} writes the next one beside it.
 *
 * Every node is checked when it is read, by itself and against its parent: a tree that is damaged or made up fails with
 * `CATALOG_CORRUPT`. Errors of `load` and `append` pass through.
 */
export class Catalog {
  readonly root: Ref | null
  readonly #store: NodeStore

  private constructor(root: Ref | null, store: NodeStore) {
    this.root = root
    this.#store = store
  }

  static open({ root, volumeKey, cacheBytes, load, append }: CatalogOptions): Catalog {
    return new Catalog(root, new NodeStore({ load, append }, volumeKey, cacheBytes))
  }

  /** Another version of the same volume's catalog, sharing the nodes already read. */
  at(root: Ref | null): Catalog {
    return new Catalog(root, this.#store)
  }

  /** The value of a key, or `undefined`. */
  get(key: Uint8Array): Promise<CborValue | undefined> {
    return find(this.#store, this.root, key)
  }

  /**
   * One page of entries in ascending order of keys.
   *
   * @throws {StorgoError} `REQUEST_INVALID` unless `limit` is 1 to 10 000.
   */
  async scan(range: ScanRange): Promise<Page> {
    const { limit } = range
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
      throw new StorgoError('REQUEST_INVALID', `a page has 1 to ${MAX_PAGE} entries`, { limit })
    }
    return scan(this.#store, this.root, range)
  }

  /** Every node of this version with the entries of its leaves: all that the tree keeps in the log. */
  nodes(): AsyncGenerator<WalkedNode, void, undefined> {
    return walk(this.#store, this.root)
  }

  /**
   * Writes the next version: only nodes that `changes` touch, in any order. A key named twice gets its last value; what
   * is already so costs nothing.
   *
   * @param moves names nodes that are written again although nothing in them changes, so that nothing lives where they are.
   * @returns the next version's root: null if it is empty, this version's if nothing changes.
   * @throws {StorgoError} `REQUEST_INVALID` for an empty or too long key, or a value nested too deep or too large.
   */
  async apply(changes: readonly Change[], moves?: (node: Extent) => boolean): Promise<Ref | null> {
    for (const change of changes) assertFits(change)
    const sorted = changes.toSorted((a, b) => compareBytes(a.key, b.key))
    const last = sorted.filter(({ key }, i) => {
      const next = sorted[i + 1]
      return next === undefined || !equalBytes(key, next.key)
    })
    return rewrite(this.#store, this.root, last, moves)
  }
}

function assertFits({ key, value }: Change): void {
  if (key.length < 1 || key.length > MAX_KEY_BYTES) {
    throw new StorgoError('REQUEST_INVALID', `a key has 1 to ${MAX_KEY_BYTES} bytes`, { bytes: key.length })
  }
  const bytes = value === undefined ? 0 : NODE_FRAME_BYTES + leafEntrySize({ key, value })
  if (isList(value) && value.some(isList)) {
    throw new StorgoError('REQUEST_INVALID', 'a value is at most a list, not one of lists')
  }
  if (bytes > MAX_NODE_BYTES) throw new StorgoError('REQUEST_INVALID', 'the entry is too large', { bytes })
}

function isList(value: CborValue | undefined): value is readonly CborValue[] {
  return Array.isArray(value)
}
