import { sha256 } from '#platform'
import { concatBytes } from '../bytes.ts'
import { LEAF_BYTES } from '../units.ts'

const roots: Uint8Array[] = [sha256(new Uint8Array(LEAF_BYTES))]

/** Root of a tree of `depth` levels above its leaves whose leaves are all zero: the padding of every tree. 32 bytes. */
export function zeroRoot(depth: number): Uint8Array {
  let root = roots[depth]
  if (root === undefined) {
    const below = zeroRoot(depth - 1)
    root = sha256(concatBytes(below, below))
    roots[depth] = root
  }
  return root
}
