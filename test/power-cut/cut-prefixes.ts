import { memoryIndex } from '../../node/src/fixtures/memory-index.ts'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import type { Acknowledged } from './acknowledged.ts'
import { type Checked, openAndCheck } from './check-slot.ts'
import { type Happening, SNAPSHOT_AFTER_BYTES } from './record-upload.ts'
import { type Obeys, ReplayedDisk } from './replayed-disk.ts'

const SLOTS = [0, 1, 2, 3, 4, 5]
const OPTIONS = {
  dataDir: 'cut off',
  openIndex: async () => memoryIndex(),
  snapshotAfterBytes: SNAPSHOT_AFTER_BYTES,
}

export type CutOptions = {
  happenings: readonly Happening[]
  /** At how many moments, evenly spread, the power of every slot is cut; Infinity: after every change, that of its slot. */
  prefixes: number
  /** How many of the disks that may be found are looked at. */
  reorderings: number
  /** Which syncs the disks obey. */
  obeys: Obeys
  seed: number
}

export type CutResult = Checked & { prefixes: number; stores: number; acknowledged: number }

/** Does the recorded changes again up to a moment, cuts the power, opens what is left and compares it with what was acknowledged. */
export async function cutPrefixes(options: CutOptions): Promise<CutResult> {
  const { happenings, prefixes, reorderings, obeys } = options
  const random = new Random(options.seed)
  const disks = new Map(SLOTS.map((slot) => [slot, new ReplayedDisk(obeys)]))
  const acknowledged: Acknowledged[] = []
  const result: CutResult = { prefixes: 0, stores: 0, acknowledged: 0, sectors: 0, losses: [] }
  for (const [i, happening] of happenings.entries()) {
    if (happening.kind === 'acknowledged') acknowledged.push(happening.acknowledged)
    else if (happening.kind === 'disk') await disks.get(happening.slot)?.apply(happening.change)
    const cut = slotsToCut(happenings, i, prefixes)
    if (cut.length > 0) result.prefixes++
    for (const slot of cut) {
      const disk = disks.get(slot)
      if (disk === undefined) continue
      for (let n = 0; n < reorderings; n++) {
        const checked = await openAndCheck(slot, acknowledged, { ...OPTIONS, disk: disk.cut(random) })
        result.losses.push(...checked.losses.map((loss) => `after ${i + 1}, slot ${slot}: ${loss}`))
        result.sectors += checked.sectors
        result.stores++
      }
    }
  }
  return { ...result, acknowledged: acknowledged.length }
}

/** The slots whose disk is looked at after that happening; the last moment is always among those that are. */
function slotsToCut(happenings: readonly Happening[], i: number, prefixes: number): readonly number[] {
  const happening = happenings[i]
  if (prefixes === Number.POSITIVE_INFINITY) {
    if (happening?.kind === 'disk') return [happening.slot]
    return happening?.kind === 'acknowledged' ? [happening.acknowledged.slot] : []
  }
  const before = Math.floor((i * prefixes) / happenings.length)
  return Math.floor(((i + 1) * prefixes) / happenings.length) > before ? SLOTS : []
}
