import type { Disk, DiskFile } from '../../node/src/store/disk.ts'

/**
 * Something that was done to a disk. Changes are told once they are done: at a cut before that they count as lost, which they
 * may be. A sync is told when it begins and again when it has ended, since it covers only what was done before it began.
 * `file` is a number that a file keeps whatever it is named; so is `sync`.
 */
export type DiskChange =
  | { kind: 'create'; path: string; file: number }
  | { kind: 'write'; file: number; position: number; bytes: Uint8Array }
  | { kind: 'truncate'; file: number; size: number }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'sync begins'; sync: number; file: number }
  | { kind: 'folder sync begins'; sync: number; path: string }
  | { kind: 'sync ends'; sync: number }

/** `disk`, which has no file yet, with `tell` called for all that is done to it. */
export function recordingDisk(disk: Disk, tell: (change: DiskChange) => void): Disk {
  const files = new Map<string, number>()
  let nextFile = 0
  let nextSync = 0
  const recorded = (opened: DiskFile, file: number): DiskFile => ({
    size: () => opened.size(),
    read: (into, position) => opened.read(into, position),
    async write(bytes, position) {
      const copy = bytes.slice()
      await opened.write(bytes, position)
      tell({ kind: 'write', file, position, bytes: copy })
    },
    async truncate(size) {
      await opened.truncate(size)
      tell({ kind: 'truncate', file, size })
    },
    async sync() {
      const sync = nextSync++
      tell({ kind: 'sync begins', sync, file })
      await opened.sync()
      tell({ kind: 'sync ends', sync })
    },
    close: () => opened.close(),
  })
  return {
    async open(path, options) {
      const opened = await disk.open(path, options)
      let file = files.get(path)
      if (file === undefined) {
        file = nextFile++
        files.set(path, file)
        tell({ kind: 'create', path, file })
      }
      return recorded(opened, file)
    },
    list: (folder) => disk.list(folder),
    makeFolder: (path) => disk.makeFolder(path),
    async rename(path, to) {
      await disk.rename(path, to)
      const file = files.get(path)
      if (file === undefined) throw new Error(`${path} was not made on this disk`)
      files.delete(path)
      files.set(to, file)
      tell({ kind: 'rename', path, to })
    },
    async remove(path) {
      await disk.remove(path)
      if (files.delete(path)) tell({ kind: 'remove', path })
    },
    async syncFolder(path) {
      const sync = nextSync++
      tell({ kind: 'folder sync begins', sync, path })
      await disk.syncFolder(path)
      tell({ kind: 'sync ends', sync })
    },
    freeBytes: () => disk.freeBytes(),
  }
}
