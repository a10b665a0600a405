import { HASH_BYTES } from '@storgo/protocol'
import type { IndexDatabase } from './index-database.ts'
import { pageKey } from './keys.ts'
import type { OpenViews } from './open-views.ts'
import { unfoldedOf } from './patch-chain.ts'
import {
  copyRoots,
  EMPTY_PAGE,
  entryAt,
  PAGE_SECTORS,
  type SectorEntry,
  type SectorPage,
  sectorsOf,
} from './sector-page.ts'
import type { SectorReader } from './sector-reader.ts'
import { changedRuns, freedRuns } from './sector-runs.ts'
import { readMemory, readStates } from './slot-facts.ts'
import { historyOf } from './slot-history.ts'
import type { SlotRef, SlotView, Version } from './slot-store.ts'

export type SlotViewParts = { index: IndexDatabase; reader: SectorReader; views: OpenViews }

/** A view on a snapshot of the index; cells it can see are not given to others while it is open. */
export function openSlotView({ index, reader, views }: SlotViewParts, ref: SlotRef): SlotView {
  const snapshot = index.snapshot()
  const view = views.open()
  const states = readStates(snapshot, ref)
  const { promised, releasedNonce, epochs } = readMemory(snapshot, ref)

  function pageOf(version: Version, page: number): SectorPage {
    const undo = version === 'certified' ? snapshot.get(pageKey('undo', ref, page)) : undefined
    return undo ?? snapshot.get(pageKey('page', ref, page)) ?? EMPTY_PAGE
  }

  function entryOf(version: Version, sector: number): SectorEntry {
    return entryAt(pageOf(version, Math.floor(sector / PAGE_SECTORS)), sector % PAGE_SECTORS)
  }

  function* entries(version: Version): Generator<[sector: number, SectorEntry]> {
    const { certified, latest } = states
    const sectors = (version === 'latest' ? (latest ?? certified) : certified)?.signed.state.sectors ?? 0
    for (let first = 0; first < sectors; first += PAGE_SECTORS) {
      const page = pageOf(version, first / PAGE_SECTORS)
      for (let at = 0; at < sectorsOf(page); at++) yield [first + at, entryAt(page, at)]
    }
  }

  return {
    ...{ ...states, promised, releasedNonce },
    sectorRoots(version, sectors) {
      const roots = new Uint8Array(sectors * HASH_BYTES)
      for (let first = 0; first < sectors; first += PAGE_SECTORS) {
        const count = Math.min(PAGE_SECTORS, sectors - first)
        copyRoots(pageOf(version, first / PAGE_SECTORS), count, roots.subarray(first * HASH_BYTES))
      }
      return roots
    },
    readSector: (version, sector, options) => reader.read(snapshot, entryOf(version, sector), options),
    unfoldedBytes: (sector) => unfoldedOf(snapshot, entryOf('latest', sector).patch).totalBytes,
    changedSince: (nonce, version) => changedRuns(entries(version), nonce),
    freedAt: (stripe, version = 'latest') => entryOf(version, stripe).freed,
    freedSince: (nonce, version = 'latest') => freedRuns(entries(version), nonce),
    history: () => historyOf(snapshot, ref, epochs),
    [Symbol.dispose]() {
      views.close(view)
      snapshot[Symbol.dispose]()
    },
  }
}
