import type { Epoch } from '@storgo/protocol'
import { decodeHeldState, decodeUncertified } from './held-state-codec.ts'
import type { IndexReader } from './index-database.ts'
import { slotKey } from './keys.ts'
import { RecordReader, RecordWriter } from './record-bytes.ts'
import type { CertifiedState, HeldState, Promised, SlotRef } from './slot-store.ts'
import { readPromised, writePromised } from './store-record-codec.ts'

/** The states that a slot holds. */
export function readStates(
  index: Pick<IndexReader, 'get'>,
  ref: SlotRef,
): { certified: CertifiedState | undefined; latest: HeldState | undefined } {
  const certified = index.get(slotKey('certified', ref))
  const latest = index.get(slotKey('latest', ref))
  return { certified: certified && decodeHeldState(certified), latest: latest && decodeUncertified(latest) }
}

/** What a slot remembers beside its states. */
export type SlotMemory = {
  promised: Promised
  releasedNonce: bigint
  /** Epochs of its history, rising. */
  epochs: readonly Epoch[]
  /** Pages that have an undo page. */
  undo: readonly number[]
}

const NOTHING: SlotMemory = {
  ...{ promised: { term: 0n, pen: new Uint8Array(16) }, releasedNonce: 0n },
  ...{ epochs: [], undo: [] },
}

export function readMemory(index: Pick<IndexReader, 'get'>, ref: SlotRef): SlotMemory {
  const value = index.get(slotKey('memory', ref))
  if (value === undefined) return NOTHING
  const reader = new RecordReader(value)
  const promised = readPromised(reader)
  const releasedNonce = reader.uint64()
  const epochs = reader.list(() => reader.uint(4) as Epoch)
  const undo = reader.list(() => reader.uint(4))
  reader.end()
  return { promised, releasedNonce, epochs, undo }
}

/** promised ‖ releasedNonce uint64 ‖ epochs, then pages, uint32 each after their number. */
export function encodeMemory({ promised, releasedNonce, epochs, undo }: SlotMemory): Uint8Array {
  const writer = new RecordWriter()
  writePromised(promised, writer)
  return writer
    .uint64(releasedNonce)
    .list(epochs, (epoch) => writer.uint(epoch, 4))
    .list(undo, (page) => writer.uint(page, 4))
    .end()
}
