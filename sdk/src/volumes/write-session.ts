import type { Extent } from '@storgo/protocol'
import type { EntryDraft } from './entry-draft.ts'
import type { Committed } from './slot-fleet.ts'
import type { Version } from './version.ts'
import type { VolumeWriter } from './volume-writer.ts'

/** A write on its way: appends go through `writer`, changes of the catalog through `draft`. */
export type WriteSession = {
  /** The last certified version, which {@link commit} moves on. */
  readonly version: Version
  readonly writer: VolumeWriter
  /** What this write changes; its own until it is committed. */
  readonly draft: EntryDraft
  /** Reads what is part of the last certified state. */
  read(extents: readonly Extent[], signal: AbortSignal): Promise<Uint8Array[]>
  /** Makes everything so far the next certified state. */
  commit(options?: CommitOptions): Promise<Committed>
}

/** `moves`: nodes of the catalog that are written anew although nothing in them changes. */
export type CommitOptions = { moves?: (node: Extent) => boolean }

/** What a write came to. */
export type Written<T> = {
  value: T
  /** The state that it is part of, if it changed anything; `catalogBytes` of it are the catalog's. */
  committed: (Committed & { catalogBytes: number }) | undefined
  /** The last certified state: the committed one, or the one that was found. */
  nonce: bigint
  /** Slots that take part. */
  slots: number
}

/** A write; it runs again, on what the volume holds then, when another writer comes between. */
export type Write<T> = (write: WriteSession) => Promise<T>
