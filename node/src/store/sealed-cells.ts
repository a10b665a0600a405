import { SECTOR_BYTES, StorgoError, sectorRoot } from '@storgo/protocol'
import type { CellFiles } from './cell-files.ts'
import type { DiskState } from './disk-state.ts'
import type { KeyRing } from './key-ring.ts'
import { ScratchBuffers } from './scratch-buffers.ts'

export type SealedCellsParts = { files: CellFiles; keys: KeyRing; state: DiskState }

/** Cells with encrypted bytes. */
export class SealedCells implements AsyncDisposable {
  readonly #parts: SealedCellsParts
  readonly #scratch = new ScratchBuffers()

  constructor(parts: SealedCellsParts) {
    this.#parts = parts
  }

  /**
   * Writes a sector with the newest key.
   *
   * @returns its root and the key's number.
   * @throws {StorgoError} `DISK_FULL`, `STORE_READ_ONLY`.
   */
  async write(cell: number, bytes: Uint8Array): Promise<{ root: Uint8Array; key: number }> {
    const { files, keys, state } = this.#parts
    const key = keys.newest
    await this.#scratch.lend(async (sealed) => {
      keys.cell(key).encrypt(cell, bytes, sealed)
      await state.guard(`cell ${cell} could not be written`, () => files.write(cell, sealed))
    })
    return { root: sectorRoot(bytes), key }
  }

  /** @returns 1 MiB that nobody has checked. @throws {StorgoError} `SECTOR_CORRUPT` if the disk does not give them. */
  async read(cell: number, key: number): Promise<Uint8Array> {
    const { files, keys, state } = this.#parts
    // Not zeroed first: it is seen only once every byte has been decrypted to it.
    const plain = new Uint8Array(Buffer.allocUnsafeSlow(SECTOR_BYTES).buffer)
    await this.#scratch.lend(async (sealed) => {
      try {
        await files.read(cell, sealed)
      } catch (cause) {
        state.cellRead(cell, cause)
        throw new StorgoError('SECTOR_CORRUPT', `Cell ${cell} cannot be read.`, { cell }, { cause })
      }
      state.cellRead(cell)
      keys.cell(key).decrypt(cell, sealed, plain)
    })
    return plain
  }

  /** @throws {StorgoError} `STORE_READ_ONLY` if it fails, for whatever reason. */
  async sync(cells: readonly number[]): Promise<void> {
    const { files, state } = this.#parts
    if (cells.length === 0) return
    await state.guard('cells could not be synced', () =>
      files.sync(cells).catch((cause: unknown) => {
        throw new Error('a sync failed', { cause })
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.files[Symbol.asyncDispose]()
  }
}
