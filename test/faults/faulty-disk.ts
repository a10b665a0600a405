import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Disk, DiskFile } from '../../node/src/store/disk.ts'

/** `full`: no room for more. `failing`: what is written does not arrive. `unreadable`: nothing works. */
export type DiskFault = 'none' | 'full' | 'failing' | 'unreadable'

const fileOf = (dataDir: string) => `${dataDir}.fault`

/** Makes the disk of the provider with that data folder fail, or work again. */
export async function setFault(dataDir: string, fault: DiskFault): Promise<void> {
  await writeFile(fileOf(dataDir), fault)
}

/** What is wrong with it at the moment. */
export function faultOf(dataDir: string): DiskFault {
  const text = readFileSync(fileOf(dataDir), 'utf8')
  return text === 'full' || text === 'failing' || text === 'unreadable' ? text : 'none'
}

/** A disk that does its work until `fault` says otherwise. */
export function faultyDisk(disk: Disk, fault: () => DiskFault): Disk {
  const reading = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    if (fault() === 'unreadable') throw systemError('EIO')
    return read()
  }
  const writing = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    const now = fault()
    if (now !== 'none') throw systemError(now === 'full' ? 'ENOSPC' : 'EIO')
    return write()
  }
  /** What needs no room. */
  const changing = <Result>(change: () => Promise<Result>) => (fault() === 'full' ? change() : writing(change))
  const wrapped = (file: DiskFile): DiskFile => ({
    size: () => reading(() => file.size()),
    read: (into, position) => reading(() => file.read(into, position)),
    write: (bytes, position) => writing(() => file.write(bytes, position)),
    truncate: (size) => changing(() => file.truncate(size)),
    sync: () => changing(() => file.sync()),
    close: () => file.close(),
  })
  return {
    open: (path, options) => reading(async () => wrapped(await disk.open(path, options))),
    list: (folder) => reading(() => disk.list(folder)),
    makeFolder: (path) => writing(() => disk.makeFolder(path)),
    rename: (from, to) => changing(() => disk.rename(from, to)),
    remove: (path) => changing(() => disk.remove(path)),
    syncFolder: (path) => changing(() => disk.syncFolder(path)),
    freeBytes: () => reading(async () => (fault() === 'full' ? 0 : disk.freeBytes())),
  }
}

function systemError(code: 'EIO' | 'ENOSPC'): Error {
  return Object.assign(new Error(`${code}: the disk of this test`), { code })
}
