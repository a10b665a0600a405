import { type Extent, StorgoError } from '@storgo/protocol'
import { type Belief, nextTerm } from './believe.ts'
import type { CatalogDraft } from './catalog-draft.ts'
import type { Committed } from './slot-fleet.ts'
import type { Version } from './version.ts'
import type { VolumeRecord } from './volume-record.ts'
import type { VolumeWriter } from './volume-writer.ts'

/** A write on its way: appends go through `writer`, changes of the catalog through `draft`. */
export type WriteSession = {
  version: Version
  writer: VolumeWriter
  draft: CatalogDraft
  /** Slots that held the version when the write began. */
  holders: number
  /** Reads what is part of the last certified state. */
  read(extents: readonly Extent[], signal: AbortSignal): Promise<Uint8Array[]>
  /** Makes everything so far the next certified state. */
  commit(): Promise<Committed>
}

/**
 * The term to write with.
 * @throws {StorgoError} `STATE_UNFINISHED` when another writer's state may have reached a quorum with silent slots.
 */
export function termToWrite({ volumeId, q, links }: VolumeRecord, belief: Belief, answered: number): bigint {
  const slots = links.length
  const term = nextTerm(belief, { n: slots, q, answered })
  if (term !== undefined) return term
  throw new StorgoError(
    'STATE_UNFINISHED',
    `another writer's state of volume ${volumeId} may or may not have reached a quorum, and ${slots - answered} of its slots do not answer; try again when they do`,
    { volumeId, answered, slots },
  )
}
