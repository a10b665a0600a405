import { type FreedRun, MAX_CHANGED_RUNS, MAX_FREED_RUNS, type SectorRun } from '@storgo/protocol'

/** Runs for one reply of slot-sync; both lists are complete below `next`. */
export type SyncPage = { changed: SectorRun[]; freed: FreedRun[]; next?: number }

/**
 * As many runs from sector `after` on as a reply takes.
 *
 * @param changed in increasing order, as `freed` is.
 */
export function syncPage(
  { changed, freed }: { changed: readonly SectorRun[]; freed: readonly FreedRun[] },
  after: number,
  { maxChanged = MAX_CHANGED_RUNS, maxFreed = MAX_FREED_RUNS } = {},
): SyncPage {
  const changedLeft = within(changed, after, Number.POSITIVE_INFINITY)
  const freedLeft = within(freed, after, Number.POSITIVE_INFINITY)
  const tooMany = [changedLeft[maxChanged], freedLeft[maxFreed]].flatMap((run) => (run ? [run.first] : []))
  if (tooMany.length === 0) return { changed: changedLeft, freed: freedLeft }
  const next = Math.min(...tooMany)
  return { changed: within(changedLeft, 0, next), freed: within(freedLeft, 0, next), next }
}

/** The parts of the runs from `first` on and below `end`. */
function within<Run extends SectorRun>(runs: readonly Run[], first: number, end: number): Run[] {
  return runs.flatMap((run) => {
    const from = Math.max(run.first, first)
    const to = Math.min(run.first + run.count, end)
    return from < to ? [{ ...run, first: from, count: to - from }] : []
  })
}
