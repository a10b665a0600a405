import { RecordReader, RecordWriter } from './record-bytes.ts'
import type { SectorPatch } from './slot-store.ts'

/** The patches that one commit makes to a sector, before they are encrypted: offset uint32 and the bytes after their length. */
export function encodePatches(patches: readonly SectorPatch[]): Uint8Array {
  const writer = new RecordWriter()
  return writer.list(patches, ({ offset, bytes }) => writer.uint(offset, 4).sized(bytes)).end()
}

export function decodePatches(bytes: Uint8Array): SectorPatch[] {
  const reader = new RecordReader(bytes)
  const patches = reader.list(() => ({ offset: reader.uint(4), bytes: reader.sized() }))
  reader.end()
  return patches
}

/** How many bytes patches change. */
export function patchBytes(patches: readonly SectorPatch[]): number {
  return patches.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

/** XORs patches onto `sector`. */
export function applyPatches(sector: Uint8Array, patches: readonly SectorPatch[]): void {
  for (const { offset, bytes } of patches) {
    for (let index = 0; index < bytes.length; index++) {
      sector[offset + index] = (sector[offset + index] ?? 0) ^ (bytes[index] ?? 0)
    }
  }
}
