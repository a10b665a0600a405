import type { SlotRef } from './slot-store.ts'

/**
 * Every key of the index, by its first byte. Numbers are permanent: a new kind takes the next one.
 * Integers are big-endian, so that ranges are in numeric order.
 */
const PREFIX = {
  /** ‖ ASCII name → depends on the name: `format`, `binding`. */
  meta: 0x01,
  /** ‖ volumeId uint64 ‖ slot uint8 → the last certified state. */
  certified: 0x02,
  /** ‖ volumeId uint64 ‖ slot uint8 → a later state without certificate. */
  latest: 0x03,
  /** ‖ volumeId uint64 ‖ slot uint8 ‖ page uint32 → sectors of the newest state held. */
  page: 0x04,
  /** ‖ volumeId uint64 ‖ slot uint8 ‖ page uint32 → that page as of the certified state; empty if there was none. */
  undo: 0x05,
} as const

type Kind = keyof typeof PREFIX

export function metaKey(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(PREFIX.meta), Buffer.from(name, 'ascii')])
}

export function stateKey(kind: 'certified' | 'latest', ref: SlotRef): Uint8Array {
  return slotKey(kind, ref, 0)
}

export function pageKey(kind: 'page' | 'undo', ref: SlotRef, page: number): Uint8Array {
  const key = slotKey(kind, ref, 4)
  key.writeUInt32BE(page, 10)
  return key
}

/** The page number of a key of {@link pageKey}. */
export function pageOfKey(key: Uint8Array): number {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(10)
}

/** The slot of a key of {@link stateKey} or {@link pageKey}. */
export function slotOfKey(key: Uint8Array): SlotRef {
  const view = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  return { volumeId: view.readBigUInt64BE(1), slot: view.readUInt8(9) }
}

/** Bounds of all keys of a kind, of one slot where `ref` is given. */
export function rangeOf(kind: Kind, ref?: SlotRef): { gte: Uint8Array; lt: Uint8Array } {
  if (ref === undefined) return { gte: Uint8Array.of(PREFIX[kind]), lt: Uint8Array.of(PREFIX[kind] + 1) }
  const gte = slotKey(kind, ref, 0)
  // No kind has more than four bytes after the slot, so five of 0xff are above them all.
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(5, 0xff)]) }
}

function slotKey(kind: Kind, { volumeId, slot }: SlotRef, moreBytes: number): Buffer {
  const key = Buffer.alloc(10 + moreBytes)
  key.writeUInt8(PREFIX[kind], 0)
  key.writeBigUInt64BE(volumeId, 1)
  key.writeUInt8(slot, 9)
  return key
}
