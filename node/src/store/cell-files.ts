import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SECTOR_BYTES, StorgoError } from '@storgo/protocol'

/** 4 GiB of cells in one sparse file. */
const CELLS_PER_FILE = 4096

/** Fixed places of 1 MiB on disk, by number. */
export interface CellFiles extends AsyncDisposable {
  /** @throws {StorgoError} `DISK_FULL` when the disk has no room. */
  write(cell: number, bytes: Uint8Array): Promise<void>
  /** Fills `bytes` (1 MiB); with zeros where nothing was ever written. */
  read(cell: number, bytes: Uint8Array): Promise<void>
  /** What was written to these cells survives a power cut once it resolves. */
  sync(cells: Iterable<number>): Promise<void>
}

/** Opens the cells in `folder`, which is made if it is not there. */
export async function openCellFiles(folder: string): Promise<CellFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = new Map<number, Promise<FileHandle>>()

  function fileOf(cell: number): Promise<FileHandle> {
    const number = Math.floor(cell / CELLS_PER_FILE)
    const known = files.get(number)
    if (known !== undefined) return known
    const opened = openDurably(folder, `${String(number).padStart(5, '0')}.cells`)
    files.set(number, opened)
    opened.catch(() => files.delete(number))
    return opened
  }

  return {
    async write(cell, bytes) {
      await named(async () => {
        const file = await fileOf(cell)
        const { bytesWritten } = await file.write(bytes, 0, SECTOR_BYTES, offsetOf(cell))
        if (bytesWritten !== SECTOR_BYTES) throw noRoom(new Error(`${bytesWritten} bytes written`))
      })
    },
    async read(cell, bytes) {
      const file = await fileOf(cell)
      let filled = 0
      while (filled < SECTOR_BYTES) {
        const { bytesRead } = await file.read(bytes, filled, SECTOR_BYTES - filled, offsetOf(cell) + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      bytes.fill(0, filled)
    },
    async sync(cells) {
      const touched = new Set<Promise<FileHandle>>()
      for (const cell of cells) touched.add(fileOf(cell))
      await named(() => Promise.all([...touched].map(async (file) => (await file).datasync())))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...files.values()].map(async (file) => (await file).close()))
    },
  }
}

function offsetOf(cell: number): number {
  return (cell % CELLS_PER_FILE) * SECTOR_BYTES
}

async function openDurably(folder: string, name: string): Promise<FileHandle> {
  const path = join(folder, name)
  try {
    return await open(path, 'r+')
  } catch {
    const file = await open(path, 'wx+', 0o600)
    await using parent = await open(folder, 'r')
    await parent.sync()
    return file
  }
}

async function named(action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'ENOSPC' || code === 'EDQUOT' ? noRoom(error) : error
  }
}

function noRoom(cause: unknown): StorgoError {
  return new StorgoError('DISK_FULL', 'The disk has no room for another sector.', {}, { cause })
}
