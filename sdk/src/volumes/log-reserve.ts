/** Stripes that are kept back, in a volume that is large enough. */
const RESERVE_STRIPES = 2
/** … and at most this part of a small one. */
const SMALLEST_PART = 16

/**
 * Bytes that only what makes room may use: taking files out of a full volume writes the catalog anew, and moving what lives
 * out of sparse stripes needs a place to begin with.
 */
export function reserveOf(capacityBytes: number, stripeBytes: number): number {
  return Math.min(RESERVE_STRIPES * stripeBytes, Math.floor(capacityBytes / SMALLEST_PART))
}
