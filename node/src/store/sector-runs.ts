import type { FreedRun, SectorRun } from '@storgo/protocol'
import type { SectorEntry } from './sector-page.ts'

/** Runs of sectors that a state after `nonce` changed last. */
export function changedRuns(entries: Iterable<[sector: number, SectorEntry]>, nonce: bigint): SectorRun[] {
  const runs: SectorRun[] = []
  for (const [sector, { changed }] of entries) {
    if (changed <= nonce) continue
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.count === sector) last.count++
    else runs.push({ first: sector, count: 1 })
  }
  return runs
}

/** Runs of free stripes, each freed by one state after `nonce`. */
export function freedRuns(entries: Iterable<[stripe: number, SectorEntry]>, nonce: bigint): FreedRun[] {
  const runs: FreedRun[] = []
  for (const [stripe, { freed }] of entries) {
    if (typeof freed !== 'object' || freed.nonce <= nonce) continue
    const last = runs.at(-1)
    const goesOn = last?.nonce === freed.nonce && last.epoch === freed.epoch && last.first + last.count === stripe
    if (last !== undefined && goesOn) last.count++
    else runs.push({ first: stripe, count: 1, epoch: freed.epoch, nonce: freed.nonce })
  }
  return runs
}
