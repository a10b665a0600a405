import type { Epoch } from '@storgo/protocol'
import { decodeHeldState, encodeHeldState } from './held-state-codec.ts'
import type { IndexChange, IndexReader } from './index-database.ts'
import { historyKey } from './keys.ts'
import type { CertifiedState, HistoryEntry, SlotRef } from './slot-store.ts'

/**
 * What a newly certified state does to a slot's history: it is the last one of its epoch, and those leave whose successor was
 * certified before `keepSince`: since then nobody could have meant them by "as it was".
 *
 * @param epochs those of the history so far, rising.
 */
export function historyAfter(
  ref: SlotRef,
  certified: CertifiedState,
  epochs: readonly Epoch[],
  { epoch, keepSince }: { epoch: Epoch; keepSince: Epoch },
): { changes: IndexChange[]; epochs: Epoch[] } {
  const rising = [...new Set([...epochs, epoch])].sort((a, b) => a - b)
  const kept = rising.filter((past, at) => past === epoch || (rising[at + 1] ?? keepSince) >= keepSince)
  const gone = rising.filter((past) => !kept.includes(past))
  const changes = [
    { key: historyKey(ref, epoch), value: encodeHeldState(certified) },
    ...gone.map((past) => ({ key: historyKey(ref, past), value: undefined })),
  ]
  return { changes, epochs: kept }
}

/** Newest first. */
export function historyOf(index: Pick<IndexReader, 'get'>, ref: SlotRef, epochs: readonly Epoch[]): HistoryEntry[] {
  return epochs.toReversed().flatMap((epoch) => {
    const value = index.get(historyKey(ref, epoch))
    if (value === undefined) return []
    const { signed, receipts, headRecord } = decodeHeldState(value)
    return [{ certificate: { signed, receipts }, headRecord, epoch }]
  })
}
