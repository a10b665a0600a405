import type { SectorRun } from '@storgo/protocol'
import { NO_CELL, NO_PATCH, type SectorEntry } from './sector-page.ts'
import type { SectorEdits } from './slot-pages.ts'
import type { FreedMark } from './slot-store.ts'
import type { RecordedSector, SlotRecord } from './store-record.ts'

/** What a commit changes in the entries of its sectors. */
export function editsOfCommit({ next, staged, freed, reused, epoch }: SlotRecord & { kind: 'commit' }): SectorEdits {
  const { nonce, sectors } = next.signed.state
  const edits = new EditList(sectors)
  edits.contents(staged, nonce)
  for (const run of freed) edits.mark(run, { epoch, nonce })
  for (const stripe of reused) edits.mark({ first: stripe, count: 1 }, 'reused')
  return edits.all
}

/** What taking over a state changes: stripes whose content changed after they were freed are used again. */
export function editsOfAdoption({ next, staged, freed }: SlotRecord & { kind: 'adopt' }): SectorEdits {
  const { nonce, sectors } = next.signed.state
  const edits = new EditList(sectors)
  edits.contents(staged, nonce)
  for (const sector of staged.keys())
    edits.add(sector, (entry) => (entry.freed ? { ...entry, freed: 'reused' } : entry))
  for (const run of freed) edits.mark(run, { epoch: run.epoch, nonce: run.nonce })
  return edits.all
}

/** Edits of the sectors of a state; what lies beyond it has no entry to edit. */
class EditList {
  readonly all = new Map<number, (entry: SectorEntry) => SectorEntry>()
  readonly #sectors: number

  constructor(sectors: number) {
    this.#sectors = sectors
  }

  add(sector: number, edit: (entry: SectorEntry) => SectorEntry): void {
    const before = this.all.get(sector)
    this.all.set(sector, before === undefined ? edit : (entry) => edit(before(entry)))
  }

  contents(staged: ReadonlyMap<number, RecordedSector>, nonce: bigint): void {
    for (const [sector, { root, under, added }] of staged) {
      this.add(sector, (entry) => {
        const { cell, key } = under === 'base' ? entry : under
        const patch = added?.patch ?? (under === 'base' ? entry.patch : NO_PATCH)
        return { ...entry, cell, key: cell === NO_CELL ? 0 : key, patch, root, changed: nonce }
      })
    }
  }

  mark({ first, count }: SectorRun, freed: FreedMark): void {
    const end = Math.min(first + count, this.#sectors)
    for (let stripe = first; stripe < end; stripe++) this.add(stripe, (entry) => ({ ...entry, freed }))
  }
}
