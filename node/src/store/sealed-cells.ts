import { equalBytes, SECTOR_BYTES, StorgoError, sectorRoot } from '@storgo/protocol'
import type { CellCipher } from './cell-cipher.ts'
import type { CellFiles } from './cell-files.ts'
import { ScratchBuffers } from './scratch-buffers.ts'
import { SectorCache } from './sector-cache.ts'
import { NO_CELL, type SectorPlace } from './sector-page.ts'

export type ReadOptions = {
  /** Bytes that were checked a while ago will do. A proof must come from the disk. */
  cached?: boolean | undefined
}

/** Sectors in cells: encrypted on the way in, decrypted and checked against their roots on the way out. */
export class SealedCells implements AsyncDisposable {
  readonly #files: CellFiles
  readonly #cipher: CellCipher
  readonly #cache = new SectorCache()
  readonly #scratch = new ScratchBuffers()

  constructor({ cells, cipher }: { cells: CellFiles; cipher: CellCipher }) {
    this.#files = cells
    this.#cipher = cipher
  }

  /** @returns the sector's root. The caller gives `bytes` away. */
  async write(cell: number, bytes: Uint8Array): Promise<Uint8Array> {
    const root = sectorRoot(bytes)
    await this.#scratch.lend(async (sealed) => {
      this.#cipher.encrypt(cell, bytes, sealed)
      await this.#files.write(cell, sealed)
    })
    this.#cache.set(cell, bytes)
    return root
  }

  /**
   * The plain bytes of a sector, which must not be changed.
   * @throws {StorgoError} `SECTOR_CORRUPT` if they no longer hash to their root.
   */
  async read({ cell, root }: SectorPlace, { cached = false }: ReadOptions = {}): Promise<Uint8Array> {
    if (cell === NO_CELL) return new Uint8Array(SECTOR_BYTES)
    const known = cached ? this.#cache.get(cell) : undefined
    if (known !== undefined) return known
    const plain = new Uint8Array(SECTOR_BYTES)
    await this.#scratch.lend(async (sealed) => {
      await this.#files.read(cell, sealed)
      this.#cipher.decrypt(cell, sealed, plain)
    })
    if (!equalBytes(sectorRoot(plain), root)) {
      this.#cache.forget(cell)
      throw new StorgoError('SECTOR_CORRUPT', `Cell ${cell} no longer holds what was written to it.`, { cell })
    }
    if (cached) this.#cache.set(cell, plain)
    return plain
  }

  sync(cells: Iterable<number>): Promise<void> {
    return this.#files.sync(cells)
  }

  forget(cell: number): void {
    this.#cache.forget(cell)
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#files[Symbol.asyncDispose]()
  }
}
