import type { SlotRef } from './slot-store.ts'

/**
 * Every key of the index, by its first byte. Numbers are permanent: a new kind takes the next one.
 * Integers are big-endian, so that ranges are in numeric order.
 */
const PREFIX = {
  /** ‖ ASCII name → depends on the name: what the whole store belongs to, its keys' fingerprints. */
  meta: 0x01,
  /** ‖ volumeId uint64 ‖ slot uint8 → the last certified state. */
  certified: 0x02,
  /** ‖ volumeId uint64 ‖ slot uint8 → a later state without certificate. */
  latest: 0x03,
  /** ‖ volumeId uint64 ‖ slot uint8 ‖ page uint32 → sectors of the newest state held. */
  page: 0x04,
  /** ‖ volumeId uint64 ‖ slot uint8 ‖ page uint32 → that page as of the certified state; empty if there was none. */
  undo: 0x05,
  /** ‖ volumeId uint64 ‖ slot uint8 → what the slot has promised, and what its owner has released. */
  memory: 0x06,
  /** ‖ volumeId uint64 ‖ slot uint8 ‖ epoch uint32 → the last state certified in that epoch. */
  history: 0x07,
  /** ‖ number uint48 → bytes to XOR onto a sector. */
  patch: 0x08,
  /** ‖ sequence number uint64 of the last record in a batch → that of the first. Never in a snapshot. */
  applied: 0x09,
} as const

export type Kind = keyof typeof PREFIX

/** Kinds that a snapshot holds: all but the index's own. */
export const SNAPSHOT_KINDS = Object.keys(PREFIX).filter((kind): kind is Kind => kind !== 'applied')

export function metaKey(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(PREFIX.meta), Buffer.from(name, 'ascii')])
}

export function slotKey(kind: 'certified' | 'latest' | 'memory', ref: SlotRef): Uint8Array {
  return keyOfSlot(kind, ref, 0)
}

export function pageKey(kind: 'page' | 'undo', ref: SlotRef, page: number): Uint8Array {
  const key = keyOfSlot(kind, ref, 4)
  key.writeUInt32BE(page, 10)
  return key
}

export function historyKey(ref: SlotRef, epoch: number): Uint8Array {
  const key = keyOfSlot('history', ref, 4)
  key.writeUInt32BE(epoch, 10)
  return key
}

/** The page number of a key of {@link pageKey}, or the epoch of one of {@link historyKey}. */
export function numberOfKey(key: Uint8Array): number {
  return viewOf(key).readUInt32BE(10)
}

/** The slot of any key that has one. */
export function slotOfKey(key: Uint8Array): SlotRef {
  const view = viewOf(key)
  return { volumeId: view.readBigUInt64BE(1), slot: view.readUInt8(9) }
}

export function patchKey(patch: number): Uint8Array {
  const key = Buffer.alloc(7)
  key.writeUInt8(PREFIX.patch, 0)
  key.writeUIntBE(patch, 1, 6)
  return key
}

export function patchOfKey(key: Uint8Array): number {
  return viewOf(key).readUIntBE(1, 6)
}

export function appliedKey(sequence: bigint): Uint8Array {
  const key = Buffer.alloc(9)
  key.writeUInt8(PREFIX.applied, 0)
  key.writeBigUInt64BE(sequence, 1)
  return key
}

export function sequenceOfKey(key: Uint8Array): bigint {
  return viewOf(key).readBigUInt64BE(1)
}

/** Bounds of all keys of a kind, of one slot where `ref` is given. */
export function rangeOf(kind: Kind, ref?: SlotRef): { gte: Uint8Array; lt: Uint8Array } {
  if (ref === undefined) return { gte: Uint8Array.of(PREFIX[kind]), lt: Uint8Array.of(PREFIX[kind] + 1) }
  const gte = keyOfSlot(kind, ref, 0)
  // No kind has more than four bytes after the slot, so five of 0xff are above them all.
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(5, 0xff)]) }
}

function keyOfSlot(kind: Kind, { volumeId, slot }: SlotRef, moreBytes: number): Buffer {
  const key = Buffer.alloc(10 + moreBytes)
  key.writeUInt8(PREFIX[kind], 0)
  key.writeBigUInt64BE(volumeId, 1)
  key.writeUInt8(slot, 9)
  return key
}

function viewOf(key: Uint8Array): Buffer {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength)
}
