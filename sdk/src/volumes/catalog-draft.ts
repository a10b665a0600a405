import {
  type Catalog,
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
import type { SlotFrontier } from './slot-frontier.ts'
import { FRONTIERS_KEY, frontiersValue } from './stored-frontiers.ts'
import type { CatalogHead } from './volume-writer.ts'

type Change = Parameters<Catalog['apply']>[0][number]

/** A volume's catalog with changes that are not in the log yet. */
export class CatalogDraft {
  #catalog: Catalog
  #files: number
  #plainBytes: number
  readonly #changes = new Map<string, Change>()

  /** @param head what the head record of `catalog`'s version counts. */
  constructor(catalog: Catalog, head: { files: number; plainBytes: number }) {
    this.#catalog = catalog
    this.#files = head.files
    this.#plainBytes = head.plainBytes
  }

  /** Entries that will be written. */
  get changes(): number {
    return this.#changes.size
  }

  async chunk(digest: Uint8Array): Promise<ChunkEntry | undefined> {
    const value = await this.#get(chunkKeyOf(digest))
    return value === undefined ? undefined : decodeChunkEntry(value)
  }

  setChunk(digest: Uint8Array, entry: ChunkEntry | undefined): void {
    this.#set({ key: chunkKeyOf(digest), value: entry && encodeChunkEntry(entry) })
  }

  /** @throws {StorgoError} `PATH_INVALID`. */
  async file(path: string): Promise<FileEntry | undefined> {
    const value = await this.#get(fileKeyOf(path))
    return value === undefined ? undefined : decodeFileEntry(value)
  }

  /** @param before what {@link file} gives now. */
  setFile(path: string, entry: FileEntry | undefined, before: FileEntry | undefined): void {
    this.#files += (entry ? 1 : 0) - (before ? 1 : 0)
    this.#plainBytes += (entry?.size ?? 0) - (before?.size ?? 0)
    this.#set({ key: fileKeyOf(path), value: entry && encodeFileEntry(entry) })
  }

  /** Writes the changed nodes to the log, with the frontiers over the stripes that are full by now. */
  async apply(frontiers: readonly SlotFrontier[]): Promise<CatalogHead> {
    this.#set({ key: FRONTIERS_KEY, value: frontiersValue(frontiers) })
    const root = await this.#catalog.apply([...this.#changes.values()])
    this.#catalog = this.#catalog.at(root)
    this.#changes.clear()
    return { root, files: this.#files, plainBytes: this.#plainBytes }
  }

  #get(key: Uint8Array): Promise<Change['value']> {
    const change = this.#changes.get(bytesToHex(key))
    return change ? Promise.resolve(change.value) : this.#catalog.get(key)
  }

  #set(change: Change): void {
    this.#changes.set(bytesToHex(change.key), change)
  }
}
