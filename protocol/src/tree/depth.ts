import { MAX_SECTORS, MAX_SLOTS } from '../units.ts'

/** Levels from the sector roots of a slot to its root: ⌈log2 sectors⌉, 0 for one sector (or none). */
export function slotDepth(sectors: number): number {
  return depthOver(sectors, MAX_SECTORS)
}

/** Levels from the slot roots of a volume to its root: ⌈log2 n⌉. */
export function volumeDepth(n: number): number {
  return depthOver(n, MAX_SLOTS)
}

function depthOver(count: number, most: number): number {
  if (!Number.isInteger(count) || count < 0 || count > most) throw new RangeError(`a tree over ${count} nodes`)
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1)
}
