import { coveringLeaves, type Extent, LEAF_BYTES, locate } from '@storgo/protocol'

/** Whole leaves of one sector of one data slot. */
export type SlotRange = { slot: number; sector: number; offset: number; length: number }
/** Where a range's bytes belong in an extent: `length` bytes at `from` of range number `range` go to `to`. */
type Copy = { range: number; from: number; to: number; length: number }
export type ReadPlan = { ranges: SlotRange[]; copies: Copy[][] }

/**
 * The fewest leaf-aligned reads that cover `extents`: neighbours in a sector share one. `copies[i]` assembles extent i.
 * A gap of up to `joinBytes` between two needed ranges of a sector is read along.
 */
export function planReads(extents: readonly Extent[], k: number, joinBytes = LEAF_BYTES): ReadPlan {
  const parts = extents.flatMap((extent, i) => {
    let to = 0
    return locate(extent, k).map((part) => {
      const placed = { ...part, extent: i, to }
      to += part.length
      return placed
    })
  })
  const ranges: SlotRange[] = []
  const copies: Copy[][] = extents.map(() => [])
  const inOrder = [...parts].sort((a, b) => a.stripe - b.stripe || a.slot - b.slot || a.offset - b.offset)
  for (const { stripe, slot, offset, length, extent, to } of inOrder) {
    const leaves = coveringLeaves({ offset, length })
    const end = leaves.offset + leaves.length
    let last = ranges.at(-1)
    if (
      last &&
      last.sector === stripe &&
      last.slot === slot &&
      leaves.offset <= last.offset + last.length + joinBytes
    ) {
      last.length = Math.max(last.length, end - last.offset)
    } else {
      last = { slot, sector: stripe, offset: leaves.offset, length: leaves.length }
      ranges.push(last)
    }
    copies[extent]?.push({ range: ranges.length - 1, from: offset - last.offset, to, length })
  }
  return { ranges, copies }
}
