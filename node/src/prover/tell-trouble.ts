import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { LostSample } from './build-proof.ts'
import type { EpochProgress } from './epoch-progress.ts'
import type { BookEntry } from './proof-chain.ts'
import { slotsBehind } from './slots-behind.ts'

type Services = { store: SlotStore; onBehind: (ref: SlotRef) => void; logger: Logger; metrics: Metrics }

/** Once an epoch, early: says which slots are below their floor, and has them catch up. */
export function tellBehind(
  { store, onBehind, logger, metrics }: Services,
  progress: EpochProgress,
  book: readonly BookEntry[],
): void {
  if (progress.toldBehind) return
  progress.toldBehind = true
  const behind = slotsBehind(store, book)
  metrics.slotsBehind.set(behind.length)
  for (const { volumeId, slot, nonce, floor, nextFloor } of behind) {
    const numbers = { nonce: String(nonce), floor: String(floor), nextFloor: String(nextFloor) }
    const line = { epoch: progress.epoch, volumeId: String(volumeId), slot, ...numbers }
    logger.error(line, 'a slot is below its floor and cannot be proven until it has caught up')
    onBehind({ volumeId, slot })
  }
}

/** Says, once an epoch, which challenged leaves cannot be shown; slots that are behind are to catch up every time. */
export function tellLost(
  { onBehind, logger, metrics }: Services,
  progress: EpochProgress,
  lost: readonly LostSample[],
): void {
  for (const { volumeId, slot, error } of lost) if (error.code === 'STATE_STALE') onBehind({ volumeId, slot })
  if (progress.lostData) return
  progress.lostData = true
  metrics.lostSamples.inc(lost.length)
  for (const { volumeId, slot, sector, error } of lost) {
    const line = { epoch: progress.epoch, volumeId: String(volumeId), slot, sector, error }
    logger.error(line, 'a challenged leaf cannot be shown')
  }
}
