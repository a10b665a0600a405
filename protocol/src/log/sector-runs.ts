import type { Epoch } from '../units.ts'

/** Sectors (or stripes) number `first` … `first + count − 1`; at least one. */
export type SectorRun = { first: number; count: number }

/** Stripes that the state with this `nonce` freed, which the slot took in this `epoch`. */
export type FreedRun = SectorRun & { epoch: Epoch; nonce: bigint }

/** Whether the runs are in rising order, none empty, none touching a sector twice or one from `end` on. */
export function areRisingRuns(runs: readonly SectorRun[], end: number): boolean {
  let from = 0
  for (const { first, count } of runs) {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count)) return false
    if (first < from || count < 1 || first + count > end) return false
    from = first + count
  }
  return true
}
