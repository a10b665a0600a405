/** A file that is open for reading and writing. Positions and sizes are in bytes. */
export interface DiskFile {
  size(): Promise<number>
  /** Fills as much of `into` as there is from `position` on. @returns how many bytes that was; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Writes all of `bytes`; a gap before `position` reads as zeros. May be lost, or kept in parts, until `sync`. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Cuts the file off, or makes it longer with zeros. May be lost until `sync`. */
  truncate(size: number): Promise<void>
  /** What was written or cut off before survives a power cut once this resolves. After a failure nothing is known. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * All that the store does with a disk, so that a test can simulate one, trace it and make it fail. Paths are relative, with `/`
 * between names. Failures are system errors with their `code` (`ENOENT`, `ENOSPC`, `EIO` …).
 */
export interface Disk {
  /** With `create` a file that is not there is made, empty; its name is durable after `syncFolder`. */
  open(path: string, options?: { create?: boolean }): Promise<DiskFile>
  /** Names of the files and folders in a folder; empty if there is no such folder. */
  list(folder: string): Promise<string[]>
  /** Makes a folder, and those above it, where there is none. */
  makeFolder(path: string): Promise<void>
  /** Takes the place of what `to` named before. May be undone by a power cut until the folders are synced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; nothing happens if there is none. */
  remove(path: string): Promise<void>
  /** Files made, renamed and removed in the folder before stay so once this resolves. */
  syncFolder(path: string): Promise<void>
  /** Room for more, in bytes; undefined where nobody knows. */
  freeBytes(): Promise<number | undefined>
}
