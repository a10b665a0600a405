import type { Disk, DiskFile } from '../../node/src/store/disk.ts'

/** A disk that says that it has synced and has not. */
export function withoutSyncs(disk: Disk): Disk {
  const sync = async () => {}
  const lying = (file: DiskFile): DiskFile => ({
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    truncate: (size) => file.truncate(size),
    sync,
    close: () => file.close(),
  })
  return { ...disk, open: async (path, options) => lying(await disk.open(path, options)), syncFolder: sync }
}
