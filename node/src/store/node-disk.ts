import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'

/** The real disk below the folder `root`. Only the owner may open what it makes. */
export function nodeDisk(root: string): Disk {
  const place = (path: string) => join(root, path)
  return {
    open: async (path, { create = false } = {}) => new NodeDiskFile(await openOrCreate(place(path), create)),
    list: (folder) => readdir(place(folder)).catch(unless('ENOENT', (): string[] => [])),
    async makeFolder(path) {
      await mkdir(place(path), { recursive: true, mode: 0o700 })
    },
    rename: (from, to) => rename(place(from), place(to)),
    remove: (path) => rm(place(path), { force: true }),
    async syncFolder(path) {
      await using folder = await open(place(path), 'r')
      await folder.sync()
    },
    async freeBytes() {
      const { bavail, bsize } = await statfs(root)
      return bavail * bsize
    },
  }
}

/** Makes the folder that is to be the root of a disk, where there is none. Its name survives a power cut once this resolves. */
export async function makeDiskRoot(root: string): Promise<void> {
  const last = resolve(root)
  const first = await mkdir(last, { recursive: true, mode: 0o700 })
  // Also when it was there: who made it may not have synced it.
  for (let made = last; ; made = dirname(made)) {
    await using above = await open(dirname(made), 'r')
    await above.sync()
    if (first === undefined || made === first || made === dirname(made)) return
  }
}

async function openOrCreate(path: string, create: boolean): Promise<FileHandle> {
  if (!create) return open(path, 'r+')
  // 'a' would move every write to the end, and 'w' would empty a file that is there.
  return open(path, 'wx+', 0o600).catch(unless('EEXIST', () => open(path, 'r+')))
}

class NodeDiskFile implements DiskFile {
  readonly #file: FileHandle

  constructor(file: FileHandle) {
    this.#file = file
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await this.#file.read(into, filled, into.length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    // The system may take less than it was given; asking again for the rest brings the error that says why.
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, position + written)
      written += bytesWritten
    }
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  sync(): Promise<void> {
    return this.#file.datasync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function unless<Result>(code: string, instead: () => Result): (error: unknown) => Result {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === code) return instead()
    throw error
  }
}
