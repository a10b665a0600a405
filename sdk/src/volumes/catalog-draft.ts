import type { Catalog, Change, Extent } from '@storgo/protocol'
import { EntryDraft } from './entry-draft.ts'
import type { CatalogHead } from './volume-writer.ts'

/** A volume's catalog with changes that are not in the log yet. */
export class CatalogDraft {
  #catalog: Catalog
  #files: number
  #plainBytes: number
  readonly #entries: EntryDraft

  /** @param head what the head record of `catalog`'s version counts. */
  constructor(catalog: Catalog, head: { files: number; plainBytes: number }) {
    this.#catalog = catalog
    this.#files = head.files
    this.#plainBytes = head.plainBytes
    this.#entries = new EntryDraft({ get: (key) => this.#catalog.get(key) })
  }

  get entries(): EntryDraft {
    return this.#entries
  }

  /**
   * Writes the changed nodes to the log.
   * @param logEntries what the catalog keeps of the log.
   * @param moves nodes that are written anew although nothing in them changes.
   */
  async apply(logEntries: readonly Change[], moves?: (node: Extent) => boolean): Promise<CatalogHead> {
    const { changes, files, plainBytes } = this.#entries.takeAll()
    const root = await this.#catalog.apply([...changes, ...logEntries], moves)
    this.#catalog = this.#catalog.at(root)
    this.#files += files
    this.#plainBytes += plainBytes
    return { root, files: this.#files, plainBytes: this.#plainBytes }
  }
}
