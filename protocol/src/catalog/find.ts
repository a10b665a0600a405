import { equalBytes } from '../bytes.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { countUpTo, type Ref } from './node.ts'
import type { NodeStore, Place } from './node-store.ts'

/** The value of `key` in the tree below `root`, or `undefined`. */
export async function find(store: NodeStore, root: Ref | null, key: Uint8Array): Promise<CborValue | undefined> {
  let ref = root
  let place: Place = { depth: 0 }
  while (ref !== null) {
    const node = await store.load(ref, place)
    const at = countUpTo(node.entries, key) - 1
    if (node.kind === 'leaf') {
      const entry = node.entries[at]
      return entry !== undefined && equalBytes(entry.key, key) ? entry.value : undefined
    }
    const child = node.entries[at]
    if (child === undefined) return undefined
    place = { firstKey: child.key, before: node.entries[at + 1]?.key ?? place.before, depth: place.depth + 1 }
    ref = child.ref
  }
  return undefined
}
