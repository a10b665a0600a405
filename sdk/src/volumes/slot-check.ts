import type { Address } from 'viem'

/** How a sector was not what the state says: `wrong` bytes, or none. */
export type SlotFault = {
  slot: number
  provider: Address
  sector: number
  wrong: boolean
  code: string
  reason: string
}

export type SlotCheckOptions = {
  signal?: AbortSignal
  /** Told of every sector that was not as it should be, as it is found. */
  onFault?: (fault: SlotFault) => void
  /** Told after every sector: how many of all have been looked at. */
  onProgress?: (progress: { checked: number; sectors: number }) => void
}

/** What one slot gave of its sectors. `missing` counts those that were not asked for any more, too. */
export type CheckedSlot = { slot: number; provider: Address; good: number; wrong: number; missing: number }

export type SlotCheck = {
  /** Of the state that was checked against; the last one, if others came between. */
  nonce: bigint
  /** Per slot. */
  sectors: number
  slots: CheckedSlot[]
  /** Stripes with more bad sectors than parity makes up for: what lies in them cannot be read. */
  lostStripes: number
}
