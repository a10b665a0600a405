import { CatalogDraft } from './catalog-draft.ts'
import { EntryDraft } from './entry-draft.ts'
import type { OpenPen, PenHolder } from './pen-holder.ts'
import type { Committed } from './slot-fleet.ts'
import type { Version } from './version.ts'
import type { VolumeVersions } from './volume-versions.ts'
import type { CommitOptions, Write, WriteSession } from './write-session.ts'

export type WriteTurnOptions = { open: OpenPen; holder: PenHolder; versions: VolumeVersions }

/** A few writes, one after the other, that become part of one state, or of more when they are large. */
export class WriteTurn {
  readonly #options: WriteTurnOptions
  readonly #root: CatalogDraft
  #version: Version
  #committed: (Committed & { catalogBytes: number }) | undefined

  constructor(options: WriteTurnOptions) {
    this.#options = options
    this.#version = options.open.version
    this.#root = new CatalogDraft(this.#version.catalog, this.#version.head)
  }

  /** The last state that this turn has made, if any. */
  get committed(): (Committed & { catalogBytes: number }) | undefined {
    return this.#committed
  }

  /** Nonce of the last certified state. */
  get nonce(): bigint {
    return this.#version.certificate?.signed.state.nonce ?? 0n
  }

  /** Whether writes that have run are not part of a state yet. */
  get hasChanges(): boolean {
    return this.#root.entries.changes > 0
  }

  /** Runs a write. When it fails its changes are dropped, but for those that it has committed. */
  async run<T>(use: Write<T>, onCommitted: () => void): Promise<T> {
    const { open, versions } = this.#options
    const draft = new EntryDraft(this.#root.entries)
    const version = () => this.#version
    const session: WriteSession = {
      get version() {
        return version()
      },
      writer: open.writer,
      draft,
      read: (extents, signal) => versions.read(extents, signal),
      commit: async (options) => {
        this.#root.entries.merge(draft)
        const committed = await this.commit(options)
        onCommitted()
        return committed
      },
    }
    const value = await use(session)
    this.#root.entries.merge(draft)
    return value
  }

  /** Makes what has run so far the next certified state. */
  async commit({ moves }: CommitOptions = {}): Promise<Committed> {
    const { versions, holder, open } = this.#options
    const { writer } = open
    const before = writer.appendedBytes
    const head = await this.#root.apply(writer.log.entries(), moves)
    const catalogBytes = writer.appendedBytes - before
    const written = [...writer.log.unsigned.extents]
    const committed = await writer.commit(head)
    const { certificate } = committed
    this.#committed = { ...committed, catalogBytes }
    this.#version = versions.committed(this.#version, {
      certificate,
      written,
      head: { ...head, tail: writer.log.tail },
    })
    holder.moveOn(this.#version)
    return committed
  }
}
