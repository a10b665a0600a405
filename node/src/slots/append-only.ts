import { type Epoch, StorgoError } from '@storgo/protocol'
import type { FreedMark } from '../store/slot-store.ts'

/** How a commit changes one sector of a slot. */
export type SectorChange = {
  sector: number
  /** The base's content is all zeros. */
  wasZero: boolean
  /** No byte that was not zero has changed; counts in a data slot only. */
  keepsBytes: boolean
  /** A new content rather than an addition. */
  replaces: boolean
  freed: FreedMark | undefined
}

export type RetentionContext = {
  /** The slot holds data (slot < k), not parity. */
  isData: boolean
  /** Of the state that the commit builds on. */
  baseSectors: number
  epoch: Epoch
  retentionEpochs: number
  /** The owner has released what states up to this nonce freed; 0 if nothing. */
  releasedNonce: bigint
}

/**
 * Who signs states may add to a slot, not destroy what it holds: bytes of a data slot stay until their stripe is freed and
 * the retention is over. Parity changes with what is added to its stripe, which can be only the last one or one in reuse.
 *
 * @throws {StorgoError} `STRIPE_RETAINED`.
 */
export function assertAppends(change: SectorChange, context: RetentionContext): void {
  const { sector, wasZero, keepsBytes, replaces, freed } = change
  if (wasZero || (replaces && isReusable(freed, context))) return
  const adds = context.isData ? keepsBytes : sector === context.baseSectors - 1 || freed === 'reused'
  if (adds) return
  throw new StorgoError('STRIPE_RETAINED', `Stripe ${sector} holds bytes that may not be overwritten yet.`, {
    sector,
    ...(typeof freed === 'object' && { freedEpoch: freed.epoch, retentionEpochs: context.retentionEpochs }),
  })
}

/** @throws {StorgoError} `STRIPE_RETAINED` for a state of fewer sectors than its base. */
export function assertNotShorter(sectors: number, baseSectors: number): void {
  if (sectors >= baseSectors) return
  const details = { sectors, baseSectors }
  throw new StorgoError('STRIPE_RETAINED', `A state of ${sectors} sectors would drop some of ${baseSectors}.`, details)
}

function isReusable(
  freed: FreedMark | undefined,
  { epoch, retentionEpochs, releasedNonce }: RetentionContext,
): boolean {
  if (typeof freed !== 'object') return false
  return freed.nonce <= releasedNonce || freed.epoch + retentionEpochs < epoch
}

/** Whether every byte of `before`, from `start` up to `end`, that is not zero is the same in `after`. */
export function keepsBytes(before: Uint8Array, after: Uint8Array, start = 0, end = before.length): boolean {
  for (let index = start; index < end; index++) {
    if (before[index] !== 0 && before[index] !== after[index]) return false
  }
  return true
}
