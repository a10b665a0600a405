import type { LeafEntry, Node, Ref } from './node.ts'
import type { NodeStore, Place } from './node-store.ts'
import { readAhead } from './read-ahead.ts'

/** A node of the tree: where it lies, and its entries if it is a leaf. */
export type WalkedNode = { ref: Ref; entries: readonly LeafEntry[] }

/** Nodes read while those before them are looked at. */
const AHEAD = 8

/** Every node below `root`, in order of keys, parents before their children. */
export async function* walk(store: NodeStore, root: Ref | null): AsyncGenerator<WalkedNode, void, undefined> {
  if (root !== null) yield* walkFrom(store, root, await store.load(root, { depth: 0 }), { depth: 0 })
}

async function* walkFrom(
  store: NodeStore,
  ref: Ref,
  node: Node,
  place: Place,
): AsyncGenerator<WalkedNode, void, undefined> {
  yield { ref, entries: node.kind === 'leaf' ? node.entries : [] }
  if (node.kind === 'leaf') return
  for await (const child of readAhead(store, node, { first: 0, place, ahead: () => AHEAD })) {
    yield* walkFrom(store, child.ref, child.node, child.place)
  }
}
