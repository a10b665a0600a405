import { HASH_BYTES, SECTOR_DEPTH } from '../units.ts'
import { slotDepth, volumeDepth } from './depth.ts'
import { foldLevels } from './fold-levels.ts'
import { leafHashes } from './leaf-hashes.ts'

/**
 * Root of a sector.
 *
 * @param sector at most `SECTOR_BYTES`; what is missing at the end counts as zeros and costs no hashing.
 * @returns 32 bytes.
 */
export function sectorRoot(sector: Uint8Array): Uint8Array {
  return foldLevels(leafHashes(sector), SECTOR_DEPTH, 0)
}

/**
 * Root of a slot.
 *
 * @param sectorRoots 32 bytes each, in order; the slot's depth follows from their number.
 * @returns 32 bytes, all zero for a slot without sectors.
 */
export function slotRoot(sectorRoots: Uint8Array): Uint8Array {
  if (sectorRoots.length === 0) return new Uint8Array(HASH_BYTES)
  return foldLevels(sectorRoots, slotDepth(sectorRoots.length / HASH_BYTES), SECTOR_DEPTH)
}

/**
 * Root of a volume: what a state signs.
 *
 * @param slotRoots 32 bytes for each of the n slots.
 * @param sectors per slot, the same for all.
 * @returns 32 bytes, all zero while `sectors` is 0.
 */
export function volumeRoot(slotRoots: Uint8Array, sectors: number): Uint8Array {
  if (sectors === 0) return new Uint8Array(HASH_BYTES)
  return foldLevels(slotRoots, volumeDepth(slotRoots.length / HASH_BYTES), SECTOR_DEPTH + slotDepth(sectors))
}
