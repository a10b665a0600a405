import { createHash } from 'node:crypto'
import { concatBytes } from '../bytes.ts'
import { LEAF_BYTES, LEAVES_PER_SECTOR, SECTOR_BYTES, SECTOR_DEPTH } from '../units.ts'

const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  )

/** Every level of the padded tree, lowest first: slow, and plainly section 2 of docs/protocol/types.md. */
export function levelsSlowly(nodes: Uint8Array[], depth: number, zero: Uint8Array): Uint8Array[][] {
  const padded = Array.from({ length: 2 ** depth }, (_, i) => nodes[i] ?? zero)
  const levels = [padded]
  while (levels.length <= depth) {
    const below = levels.at(-1)!
    levels.push(below.filter((_, i) => i % 2 === 0).map((left, i) => sha256(left, below[2 * i + 1]!)))
  }
  return levels
}

export function zeroSlowly(depth: number): Uint8Array {
  if (depth === 0) return sha256(new Uint8Array(LEAF_BYTES))
  return sha256(zeroSlowlyCached(depth - 1), zeroSlowlyCached(depth - 1))
}
const zeros = new Map<number, Uint8Array>()
function zeroSlowlyCached(depth: number): Uint8Array {
  const known = zeros.get(depth) ?? zeroSlowly(depth)
  zeros.set(depth, known)
  return known
}

export function leafHashesSlowly(sector: Uint8Array): Uint8Array[] {
  const whole = new Uint8Array(SECTOR_BYTES)
  whole.set(sector)
  return Array.from({ length: LEAVES_PER_SECTOR }, (_, i) =>
    sha256(whole.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES)),
  )
}

export function sectorRootSlowly(sector: Uint8Array): Uint8Array {
  return levelsSlowly(leafHashesSlowly(sector), SECTOR_DEPTH, zeroSlowly(0)).at(-1)![0]!
}

const depthSlowly = (count: number) => Math.ceil(Math.log2(count))

export function slotRootSlowly(sectorRoots: Uint8Array[]): Uint8Array {
  return levelsSlowly(sectorRoots, depthSlowly(sectorRoots.length), zeroSlowly(SECTOR_DEPTH)).at(-1)![0]!
}

export function volumeRootSlowly(slotRoots: Uint8Array[], sectors: number): Uint8Array {
  const zero = zeroSlowly(SECTOR_DEPTH + depthSlowly(sectors))
  return levelsSlowly(slotRoots, depthSlowly(slotRoots.length), zero).at(-1)![0]!
}

/**
 * The path of global leaves `first` … `last`, by the words of the specification: on a tree of which only the levels
 * `known` to this sector are laid out, the rest being the three parts one above the other.
 */
export function pathSlowly(parts: { levels: Uint8Array[][]; first: number; last: number }[]): Uint8Array {
  const path: Uint8Array[] = []
  for (const { levels, first, last } of parts) {
    let [a, b] = [first, last]
    for (const level of levels.slice(0, -1)) {
      if (a % 2 === 1) path.push(level[a - 1]!)
      if (b % 2 === 0) path.push(level[b + 1]!)
      a = Math.floor(a / 2)
      b = Math.floor(b / 2)
    }
  }
  return concatBytes(...path)
}
