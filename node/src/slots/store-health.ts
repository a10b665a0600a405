import { StorgoError } from '@storgo/protocol'
import type { SlotStore } from '../store/slot-store.ts'

/**
 * Promises, commits and uploads need a disk that takes them. What is held stays readable and provable without.
 *
 * @throws {StorgoError} `STORE_READ_ONLY`.
 */
export function assertWritable(store: Pick<SlotStore, 'health'>): void {
  const { writable, reason = 'unknown' } = store.health()
  if (writable) return
  throw new StorgoError('STORE_READ_ONLY', 'This provider takes no new bytes at the moment.', { reason })
}
