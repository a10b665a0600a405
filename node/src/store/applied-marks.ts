import type { IndexChange, IndexReader } from './index-database.ts'
import { appliedKey, rangeOf, sequenceOfKey } from './keys.ts'

/**
 * Every batch that the index takes leaves a mark of the records in it. The index's own log is not synced: a power cut may take its
 * end, or a batch from its middle, and then the marks no longer join up. The first mark begins at 0: what is below is durable.
 */
export function appliedMark(first: bigint, last: bigint): IndexChange {
  const value = Buffer.alloc(8)
  value.writeBigUInt64BE(first)
  return { key: appliedKey(last), value }
}

/** @returns the number of the first record that the index lacks, or undefined if there is a gap in what it has. */
export async function firstNotApplied(index: IndexReader): Promise<bigint | undefined> {
  let next: bigint | undefined
  for await (const [key, value] of index.entries(rangeOf('applied'))) {
    const first = Buffer.from(value.buffer, value.byteOffset, value.byteLength).readBigUInt64BE()
    if (first !== (next ?? 0n)) return undefined
    next = sequenceOfKey(key) + 1n
  }
  return next
}

/** The changes that join all marks of records below `sequence` into one; to be written with a sync. */
export async function joinedMarks(index: IndexReader, sequence: bigint): Promise<IndexChange[]> {
  const changes: IndexChange[] = []
  for await (const [key] of index.entries({ ...rangeOf('applied'), lt: appliedKey(sequence) })) {
    changes.push({ key, value: undefined })
  }
  return [...changes, appliedMark(0n, sequence - 1n)]
}
