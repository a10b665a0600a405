import { SECTOR_BYTES } from '@storgo/protocol'
import type { Disk, DiskFile } from './disk.ts'
import { SharedSync } from './shared-sync.ts'

/** 4 GiB of cells in one sparse file. */
const CELLS_PER_FILE = 4096
export const CELLS_FOLDER = 'cells'

type CellFile = { file: DiskFile; sync: SharedSync }

/** Fixed places of 1 MiB on disk, by number. Failures are the disk's own. */
export class CellFiles implements AsyncDisposable {
  readonly #disk: Disk
  readonly #files = new Map<number, Promise<CellFile>>()

  private constructor(disk: Disk) {
    this.#disk = disk
  }

  static async open(disk: Disk): Promise<CellFiles> {
    await disk.makeFolder(CELLS_FOLDER)
    return new CellFiles(disk)
  }

  async write(cell: number, bytes: Uint8Array): Promise<void> {
    const { file } = await this.#fileOf(cell)
    await file.write(bytes, offsetOf(cell))
  }

  /** Fills `bytes` (1 MiB); with zeros where nothing was ever written. */
  async read(cell: number, bytes: Uint8Array): Promise<void> {
    const { file } = await this.#fileOf(cell)
    bytes.fill(0, await file.read(bytes, offsetOf(cell)))
  }

  /** What was written to these cells survives a power cut once it resolves. */
  async sync(cells: Iterable<number>): Promise<void> {
    const touched = new Set<Promise<CellFile>>()
    for (const cell of cells) touched.add(this.#fileOf(cell))
    await Promise.all([...touched].map(async (file) => (await file).sync.run()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files.values()].map(async (opened) => (await opened).file.close()))
  }

  #fileOf(cell: number): Promise<CellFile> {
    const number = Math.floor(cell / CELLS_PER_FILE)
    const known = this.#files.get(number)
    if (known !== undefined) return known
    const opened = this.#open(`${CELLS_FOLDER}/${String(number).padStart(5, '0')}.cells`)
    this.#files.set(number, opened)
    opened.catch(() => this.#files.delete(number))
    return opened
  }

  async #open(path: string): Promise<CellFile> {
    const file = await this.#disk.open(path, { create: true })
    try {
      // The file's name must be as durable as what will be in it, whoever made it.
      await this.#disk.syncFolder(CELLS_FOLDER)
    } catch (error) {
      await file.close()
      throw error
    }
    return { file, sync: new SharedSync(() => file.sync()) }
  }
}

function offsetOf(cell: number): number {
  return (cell % CELLS_PER_FILE) * SECTOR_BYTES
}
