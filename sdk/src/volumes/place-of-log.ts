import { type RootsCover, StorgoError } from '@storgo/protocol'
import type { FreeStripes } from './free-stripes.ts'
import type { Region } from './log-room.ts'

/** Where a log goes on, and which stripes its catalog's rows of roots are not right for, in rising order. */
export type LogPlace = { position: number; region: Region | undefined; uncovered: number[] }

type PlaceOptions = {
  cover: RootsCover
  /** As stored; the runs that have been used since are taken out. */
  free: FreeStripes
  /** Where the catalog's root ends, the last node that was written. */
  end: number | undefined
  tail: number
  stripeBytes: number
}

/**
 * Finds out where the writer of a catalog has got to. The rows of roots were written before the catalog's nodes; those went to
 * the region that was open then, after it to the runs that were free for use in their order, and after those to the tail.
 * @throws {StorgoError} `CATALOG_CORRUPT` for rows that cover more than there is.
 */
export function placeOfLog({ cover, free, end, tail, stripeBytes }: PlaceOptions): LogPlace {
  const stripes = Math.ceil(tail / stripeBytes)
  if (cover.covered > stripes)
    throw new StorgoError('CATALOG_CORRUPT', 'the rows of roots cover more than there is', { tail })
  const uncovered = new Set<number>()
  const add = (from: number, to: number) => {
    for (let stripe = from; stripe < to; stripe++) uncovered.add(stripe)
  }
  const inOrder = () => [...uncovered].sort((a, b) => a - b)
  add(cover.covered, stripes)
  if (end !== undefined) {
    let run = cover.end > 0 ? { first: cover.open, count: cover.end - cover.open } : free.take()
    for (; run; run = free.take()) {
      const after = run.first + run.count
      if (run.first * stripeBytes >= end || end > after * stripeBytes) {
        add(run.first, after)
        continue
      }
      add(run.first, Math.ceil(end / stripeBytes))
      const region = end < after * stripeBytes ? { position: end, end: after * stripeBytes } : undefined
      return { position: region ? end : tail, region, uncovered: inOrder() }
    }
  }
  // The tail's last stripe was covered while the log went on elsewhere.
  if (cover.end > 0) add(Math.max(0, cover.covered - 1), stripes)
  return { position: tail, region: undefined, uncovered: inOrder() }
}
