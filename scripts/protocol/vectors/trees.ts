import {
  concatBytes,
  LEAF_BYTES,
  LEAVES_PER_SECTOR,
  provePath,
  SECTOR_BYTES,
  sectorRoot,
  slotRoot,
  volumeRoot,
  zeroRoot,
} from '@storgo/protocol'
import { STREAM, splitHashes, stream, streamHashes } from './material.ts'

const SECTOR_LABEL = 'sector'

/** Roots of sectors, slots and volumes with every kind of padding, and paths to them: section 2. */
export function treeVectors() {
  return {
    description: `docs/protocol/types.md, section 2. ${STREAM}. A sector is stream(label, bytes) and then zeros.`,
    zeroRoots: Array.from({ length: 48 }, (_, depth) => zeroRoot(depth)),
    sectors: [0, 1, 64, 65, 1000, SECTOR_BYTES - 1, SECTOR_BYTES].map((bytes) => ({
      label: SECTOR_LABEL,
      bytes,
      root: sectorRoot(stream(SECTOR_LABEL, bytes)),
    })),
    slots: [1, 2, 3, 4, 5, 7, 8, 9].map((sectors) => {
      const sectorRoots = streamHashes('sector roots', sectors)
      return { sectorRoots: splitHashes(sectorRoots), root: slotRoot(sectorRoots) }
    }),
    volumes: [1, 2, 3, 6, 14, 32].flatMap((n) =>
      [1, 5, 16].map((sectors) => {
        const slotRoots = streamHashes('slot roots', n)
        return { sectors, slotRoots: splitHashes(slotRoots), root: volumeRoot(slotRoots, sectors) }
      }),
    ),
    paths: pathVectors(),
  }
}

function pathVectors() {
  const sector = stream(SECTOR_LABEL, SECTOR_BYTES)
  const last = LEAVES_PER_SECTOR - 1
  const places = [
    { n: 1, sectors: 1, slot: 0, sectorIndex: 0, firstLeaf: 0, lastLeaf: 0 },
    { n: 1, sectors: 1, slot: 0, sectorIndex: 0, firstLeaf: last, lastLeaf: last },
    { n: 6, sectors: 1, slot: 5, sectorIndex: 0, firstLeaf: 5, lastLeaf: 5 },
    { n: 6, sectors: 5, slot: 2, sectorIndex: 4, firstLeaf: 9_999, lastLeaf: 9_999 },
    { n: 6, sectors: 8, slot: 3, sectorIndex: 7, firstLeaf: 16_000, lastLeaf: 16_003 },
    { n: 14, sectors: 9, slot: 13, sectorIndex: 8, firstLeaf: 4_095, lastLeaf: 4_096 },
    { n: 32, sectors: 1000, slot: 31, sectorIndex: 999, firstLeaf: 3, lastLeaf: 9 },
    { n: 3, sectors: 2, slot: 1, sectorIndex: 1, firstLeaf: 0, lastLeaf: last },
  ]
  return places.map((place) => {
    const { n, sectors, slot, sectorIndex, firstLeaf, lastLeaf } = place
    const sectorRoots = streamHashes('sector roots', sectors)
    sectorRoots.set(sectorRoot(sector), sectorIndex * 32)
    const slotRoots = streamHashes('slot roots', n)
    slotRoots.set(slotRoot(sectorRoots), slot * 32)
    const bytes = sector.subarray(firstLeaf * LEAF_BYTES, (lastLeaf + 1) * LEAF_BYTES)
    return {
      ...place,
      sector: SECTOR_LABEL,
      // A whole sector is not written out: the label says it.
      leaves: bytes.length < SECTOR_BYTES ? concatBytes(bytes) : undefined,
      path: provePath({ ...place, sector, sectorRoots, slotRoots }),
      root: volumeRoot(slotRoots, sectors),
    }
  })
}
