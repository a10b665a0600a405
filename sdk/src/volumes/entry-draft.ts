import {
  type Change,
  type ChunkEntry,
  chunkKeyOf,
  decodeChunkEntry,
  decodeFileEntry,
  encodeChunkEntry,
  encodeFileEntry,
  type FileEntry,
  fileKeyOf,
} from '@storgo/protocol'
import { bytesToHex } from 'viem/utils'

type Value = Change['value']

/** Where entries are looked up that a draft does not change. */
export type Entries = { get(key: Uint8Array): Promise<Value> }

/** Changes of a catalog's entries that are not in the log yet, on top of a catalog or of another draft. */
export class EntryDraft implements Entries {
  readonly #below: Entries
  readonly #changes = new Map<string, Change>()
  #files = 0
  #plainBytes = 0

  constructor(below: Entries) {
    this.#below = below
  }

  /** Entries that will be written. */
  get changes(): number {
    return this.#changes.size
  }

  async chunk(digest: Uint8Array): Promise<ChunkEntry | undefined> {
    const value = await this.get(chunkKeyOf(digest))
    return value === undefined ? undefined : decodeChunkEntry(value)
  }

  setChunk(digest: Uint8Array, entry: ChunkEntry | undefined): void {
    this.#set({ key: chunkKeyOf(digest), value: entry && encodeChunkEntry(entry) })
  }

  /** @throws {StorgoError} `PATH_INVALID`. */
  async file(path: string): Promise<FileEntry | undefined> {
    const value = await this.get(fileKeyOf(path))
    return value === undefined ? undefined : decodeFileEntry(value)
  }

  /** @param before what {@link file} gives now. */
  setFile(path: string, entry: FileEntry | undefined, before: FileEntry | undefined): void {
    this.#files += (entry ? 1 : 0) - (before ? 1 : 0)
    this.#plainBytes += (entry?.size ?? 0) - (before?.size ?? 0)
    this.#set({ key: fileKeyOf(path), value: entry && encodeFileEntry(entry) })
  }

  get(key: Uint8Array): Promise<Value> {
    const change = this.#changes.get(bytesToHex(key))
    return change ? Promise.resolve(change.value) : this.#below.get(key)
  }

  /** Takes over the changes of a draft on top of this one, which has none left then. */
  merge(above: EntryDraft): void {
    const { changes, files, plainBytes } = above.takeAll()
    for (const change of changes) this.#set(change)
    this.#files += files
    this.#plainBytes += plainBytes
  }

  /** All changes, and by how much they change what the catalog counts; none are left then. */
  takeAll(): { changes: Change[]; files: number; plainBytes: number } {
    const taken = { changes: [...this.#changes.values()], files: this.#files, plainBytes: this.#plainBytes }
    this.#changes.clear()
    this.#files = 0
    this.#plainBytes = 0
    return taken
  }

  #set(change: Change): void {
    this.#changes.set(bytesToHex(change.key), change)
  }
}
