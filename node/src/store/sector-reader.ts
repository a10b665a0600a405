import { equalBytes, SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import type { IndexReader } from './index-database.ts'
import type { KeyRing } from './key-ring.ts'
import { applyPatches, decodePatches } from './patch-bytes.ts'
import { chainOf } from './patch-chain.ts'
import type { SealedCells } from './sealed-cells.ts'
import { SectorCache } from './sector-cache.ts'
import { NO_CELL, NO_PATCH, type SectorContent } from './sector-page.ts'
import { treeOf } from './tree-of.ts'

export type ReadOptions = {
  /** Bytes that were checked a while ago will do. A proof must come from the disk. */
  cached?: boolean | undefined
}

/** Puts sectors together from their cells and patches, and checks them against their roots. */
export class SectorReader {
  readonly #cells: SealedCells
  readonly #keys: KeyRing
  readonly #cache = new SectorCache()

  constructor(cells: SealedCells, keys: KeyRing) {
    this.#cells = cells
    this.#keys = keys
  }

  /** A cell holds these bytes, which nobody changes any more. */
  remember(cell: number, bytes: Uint8Array): void {
    this.#cache.set({ cell, patch: NO_PATCH }, bytes)
  }

  /** The cell will hold something else. */
  forget(cell: number): void {
    this.#cache.forget({ cell, patch: NO_PATCH })
  }

  /**
   * The plain bytes of a sector, which must not be changed.
   *
   * @throws {StorgoError} `SECTOR_CORRUPT` if they cannot be read or no longer hash to their root.
   */
  async read(
    index: Pick<IndexReader, 'get'>,
    content: SectorContent,
    { cached = false }: ReadOptions = {},
  ): Promise<Uint8Array> {
    const { cell, patch, root } = content
    if (cell === NO_CELL && patch === NO_PATCH) return new Uint8Array(SECTOR_BYTES)
    const known = cached ? this.#cache.get(content) : undefined
    if (known !== undefined) return known
    const over: Uint8Array[] = []
    let below: Uint8Array | undefined
    for (const link of chainOf(index, patch)) {
      over.push(link.sealed)
      below = cached ? this.#cache.get({ cell, patch: link.previous }) : undefined
      if (below !== undefined) break
    }
    const sector = below?.slice() ?? (await this.#bottom(content))
    for (const sealed of over) applyPatches(sector, decodePatches(this.#keys.openPatch(sealed)))
    // Patches are authenticated one by one, so over bytes that were checked there is nothing left to check.
    if (below === undefined && !equalBytes(treeOf(sector).root, root)) {
      this.#cache.forget(content)
      throw new StorgoError('SECTOR_CORRUPT', `Cell ${cell} no longer holds what was written to it.`, { cell })
    }
    if (cached) this.#cache.set(content, sector)
    return sector
  }

  /** A fresh copy of what is below the patches. */
  #bottom({ cell, key }: SectorContent): Promise<Uint8Array> {
    return cell === NO_CELL ? Promise.resolve(new Uint8Array(SECTOR_BYTES)) : this.#cells.read(cell, key)
  }
}
