import type { Inner, Node, Ref } from './node.ts'
import type { NodeStore, Place } from './node-store.ts'

/** A child of an inner node, read, and what its parent says of it. */
export type LoadedChild = { key: Uint8Array; ref: Ref; node: Node; place: Place }

export type ReadAheadOptions = {
  /** Number of the first child. */
  first: number
  /** Of the parent. */
  place: Place
  /** How many children to have asked for by now, the one that is handed out included; at least 1. */
  ahead: () => number
  /** Whether a child with this first key is of no interest, and so are all after it. */
  isPast?: (key: Uint8Array) => boolean
}

/** The children of `node` from number `first` on, in order, of which a few are read while those before are looked at. */
export async function* readAhead(
  store: NodeStore,
  { entries }: Inner,
  { first, place, ahead, isPast = () => false }: ReadAheadOptions,
): AsyncGenerator<LoadedChild, void, undefined> {
  const asked: { child: Omit<LoadedChild, 'node'>; node: Promise<Node> }[] = []
  let next = first
  for (;;) {
    for (; asked.length < Math.max(1, ahead()); next++) {
      const entry = entries[next]
      if (entry === undefined || isPast(entry.key)) break
      const below = { firstKey: entry.key, before: entries[next + 1]?.key ?? place.before, depth: place.depth + 1 }
      const node = store.load(entry.ref, below)
      // A node that cannot be read fails when its turn comes, if it comes.
      node.catch(() => {})
      asked.push({ child: { key: entry.key, ref: entry.ref, place: below }, node })
    }
    const oldest = asked.shift()
    if (oldest === undefined) return
    yield { ...oldest.child, node: await oldest.node }
  }
}
