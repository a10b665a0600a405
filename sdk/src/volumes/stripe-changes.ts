import { SECTOR_BYTES } from '@storgo/protocol'

/** Bytes of one sector. */
export type SectorRange = { offset: number; length: number }

/** What an append of the stripe's bytes [from, to) changes in data slot `slot`, or nothing. */
export function changeInSlot(slot: number, from: number, to: number): SectorRange | undefined {
  const start = Math.max(from, slot * SECTOR_BYTES)
  const end = Math.min(to, (slot + 1) * SECTOR_BYTES)
  return start < end ? { offset: start - slot * SECTOR_BYTES, length: end - start } : undefined
}

/** What that append changes in every parity sector: the union of the changes in the data sectors, in order. */
export function changeInParity(from: number, to: number): SectorRange[] {
  if (from === to) return []
  if (to - from >= SECTOR_BYTES) return [{ offset: 0, length: SECTOR_BYTES }]
  const start = from % SECTOR_BYTES
  const end = ((to - 1) % SECTOR_BYTES) + 1
  if (start < end) return [{ offset: start, length: end - start }]
  return [
    { offset: 0, length: end },
    { offset: start, length: SECTOR_BYTES - start },
  ]
}
