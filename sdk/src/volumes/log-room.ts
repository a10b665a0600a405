import { type RootsCover, StorgoError } from '@storgo/protocol'
import type { FreeStripes } from './free-stripes.ts'

/** Stripes that are kept back, in a volume that is large enough. */
const RESERVE_STRIPES = 2
/** … and at most this part of a small one. */
const SMALLEST_PART = 16

/** Where in free stripes the log goes on: bytes from `position` to `end`. */
export type Region = { position: number; end: number }

/** Where a log may still grow; all sizes in bytes. */
export type LogRoom = {
  capacity: number
  tail: number
  stripeBytes: number
  region: Region | undefined
  free: Pick<FreeStripes, 'usable' | 'retained'>
}

/** Bytes that can still be appended, reserve included. */
export function roomIn({ capacity, tail, stripeBytes, region, free }: LogRoom): number {
  const inRegion = region ? region.end - region.position : 0
  return inRegion + free.usable * stripeBytes + capacity - tail
}

/** @throws {StorgoError} `VOLUME_FULL` when `length` more bytes do not fit, in one place and beside the reserve. */
export function assertRoom(length: number, log: LogRoom, { mayUseReserve }: { mayUseReserve: boolean }): void {
  const { capacity, tail, stripeBytes, region, free } = log
  const room = roomIn(log) - (mayUseReserve ? 0 : reserveOf(capacity, stripeBytes))
  const fits = (region && region.end - region.position >= length) || free.usable > 0 || tail + length <= capacity
  if (fits && length <= room) return
  const retained = free.retained * stripeBytes
  const waiting = retained > 0 ? `; ${retained} bytes are free but still kept back` : ''
  throw new StorgoError('VOLUME_FULL', `the volume of ${capacity} bytes has no room for ${length} more${waiting}`, {
    capacity,
    needed: tail + length,
    room: Math.max(0, room),
    retained,
  })
}

/**
 * Bytes that only what makes room may use: taking files out of a full volume writes the catalog anew, and moving what lives
 * out of sparse stripes needs a place to begin with.
 */
function reserveOf(capacityBytes: number, stripeBytes: number): number {
  return Math.min(RESERVE_STRIPES * stripeBytes, Math.floor(capacityBytes / SMALLEST_PART))
}

/** Whether a stripe is one of the free ones that are being filled. */
export function isInRegion({ region, stripeBytes }: Pick<LogRoom, 'region' | 'stripeBytes'>, stripe: number): boolean {
  return (
    region !== undefined && stripe >= Math.floor(region.position / stripeBytes) && stripe < region.end / stripeBytes
  )
}

/** Which stripes' roots the catalog has once it is written: of those that there are, all but the ones being filled. */
export function coverOf({ region, tail, stripeBytes }: LogRoom, stripes: number): RootsCover {
  if (!region) return { covered: Math.floor(tail / stripeBytes), open: 0, end: 0 }
  return { covered: stripes, open: Math.floor(region.position / stripeBytes), end: region.end / stripeBytes }
}
