import { HASH_BYTES } from '@storgo/protocol'
import { decodeHeldState } from './held-state-codec.ts'
import type { IndexDatabase, IndexSnapshot } from './index-database.ts'
import { pageKey, stateKey } from './keys.ts'
import type { OpenViews } from './open-views.ts'
import type { SealedCells } from './sealed-cells.ts'
import { copyRoots, EMPTY_PAGE, PAGE_SECTORS, placeAt, type SectorPage } from './sector-page.ts'
import type { CertifiedState, HeldState, SlotRef, SlotView, Version } from './slot-store.ts'

/** The states that a slot holds. */
export function readStates(
  index: Pick<IndexSnapshot, 'get'>,
  ref: SlotRef,
): { certified: CertifiedState | undefined; latest: HeldState | undefined } {
  const certified = index.get(stateKey('certified', ref))
  const latest = index.get(stateKey('latest', ref))
  return { certified: certified && decodeHeldState(certified), latest: latest && heldState(latest) }
}

/** A view on a snapshot of the index; cells it can see are not given to others while it is open. */
export function openSlotView(
  { index, cells, views }: { index: IndexDatabase; cells: SealedCells; views: OpenViews },
  ref: SlotRef,
): SlotView {
  const snapshot = index.snapshot()
  const view = views.open()

  function pageOf(version: Version, page: number): SectorPage {
    const undo = version === 'certified' ? snapshot.get(pageKey('undo', ref, page)) : undefined
    return undo ?? snapshot.get(pageKey('page', ref, page)) ?? EMPTY_PAGE
  }

  return {
    ...readStates(snapshot, ref),
    sectorRoots(version, sectors) {
      const roots = new Uint8Array(sectors * HASH_BYTES)
      for (let first = 0; first < sectors; first += PAGE_SECTORS) {
        const count = Math.min(PAGE_SECTORS, sectors - first)
        copyRoots(pageOf(version, first / PAGE_SECTORS), count, roots.subarray(first * HASH_BYTES))
      }
      return roots
    },
    readSector(version, sector, options) {
      const page = pageOf(version, Math.floor(sector / PAGE_SECTORS))
      return cells.read(placeAt(page, sector % PAGE_SECTORS), options)
    },
    [Symbol.dispose]() {
      views.close(view)
      snapshot[Symbol.dispose]()
    },
  }
}

/** The record without the empty list of receipts that an uncertified state has. */
function heldState(record: Uint8Array): HeldState {
  const { receipts: _, ...held } = decodeHeldState(record)
  return held
}
