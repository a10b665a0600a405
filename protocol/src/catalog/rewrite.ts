import { compareBytes, equalBytes } from '../bytes.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { countUpTo, type Inner, type InnerEntry, type Leaf, type LeafEntry, type Node, type Ref } from './node.ts'
import type { NodeStore, Place } from './node-store.ts'
import { type Child, concatenate, firstKeyOfChild, isOpen, isUnderfull, type OpenNode, split } from './open-node.ts'

/** A new value for a key, or `undefined` to remove the key. */
export type Change = { key: Uint8Array; value: CborValue | undefined }

/**
 * Writes the nodes that `changes` touch and keeps all others.
 *
 * @param changes in strictly ascending order of keys.
 * @param moves names nodes that are written again although nothing in them changes: to reach them all nodes are read.
 * @returns the new root, or null of an empty tree. It is `root` itself if the changes change nothing.
 */
export async function rewrite(
  store: NodeStore,
  root: Ref | null,
  changes: readonly Change[],
  moves?: (ref: Ref) => boolean,
): Promise<Ref | null> {
  if (changes.length === 0 && !moves) return root
  const node = root === null ? emptyLeaf : await store.load(root, { depth: 0 })
  const changed = await rewriteNode(
    { store, moves },
    node,
    { depth: 0, moved: root !== null && moves?.(root) },
    changes,
  )
  if (changed === 'same') return root
  if (changed === 'gone') return null
  let top: Child = changed
  while (isOpen(top) && top.kind === 'inner' && top.children.length === 1) top = top.children[0] ?? top
  if (!isOpen(top)) return top.ref
  for (let parts = split(top); parts.length > 1; parts = split(top)) top = { kind: 'inner', children: parts }
  return write(store, top)
}

const emptyLeaf: Leaf = { kind: 'leaf', entries: [] }

type Rewritten = OpenNode | 'same' | 'gone'

type Rewriting = { store: NodeStore; moves: ((ref: Ref) => boolean) | undefined }
/** `moved`: the node is to be written again in any case. */
type MovedPlace = Place & { moved?: boolean | undefined }

async function rewriteNode(
  rewriting: Rewriting,
  node: Node,
  place: MovedPlace,
  changes: readonly Change[],
): Promise<Rewritten> {
  if (node.kind === 'inner') return rewriteInner(rewriting, node, place, changes)
  const result = rewriteLeaf(node, changes)
  return result === 'same' && place.moved ? node : result
}

function rewriteLeaf({ entries }: Leaf, changes: readonly Change[]): Rewritten {
  const merged: LeafEntry[] = []
  let changed = false
  let at = 0
  for (const { key, value } of changes) {
    for (let entry = entries[at]; entry !== undefined && compareBytes(entry.key, key) < 0; entry = entries[++at]) {
      merged.push(entry)
    }
    const old = entries[at]
    const present = old !== undefined && equalBytes(old.key, key)
    if (present) at++
    if (value !== undefined) merged.push({ key, value })
    changed ||= present ? value === undefined || !equalValues(old.value, value) : value !== undefined
  }
  merged.push(...entries.slice(at))
  if (!changed) return 'same'
  return merged.length === 0 ? 'gone' : { kind: 'leaf', entries: merged }
}

async function rewriteInner(
  rewriting: Rewriting,
  { entries }: Inner,
  { before, depth, moved }: MovedPlace,
  changes: readonly Change[],
): Promise<Rewritten> {
  const { store, moves } = rewriting
  const parts = distribute(entries, changes)
  const results = await Promise.all(
    entries.map(async ({ key, ref }, i): Promise<Rewritten> => {
      const own = parts[i] ?? []
      if (own.length === 0 && !moves) return 'same'
      const place = { firstKey: key, before: entries[i + 1]?.key ?? before, depth: depth + 1, moved: moves?.(ref) }
      return rewriteNode(rewriting, await store.load(ref, place), place, own)
    }),
  )
  if (!moved && results.every((result) => result === 'same')) return 'same'
  const children = entries.flatMap((entry, i): Child[] => {
    const result = results[i]
    if (result === undefined || result === 'same') return [entry]
    return result === 'gone' ? [] : [result]
  })
  return children.length === 0 ? 'gone' : { kind: 'inner', children: await balanced(store, children, depth + 1) }
}

/** Joins what is too small with a neighbour, then cuts what is too large. */
async function balanced(store: NodeStore, list: readonly Child[], depth: number): Promise<Child[]> {
  // Those before the one at hand are large enough, or stay as they are.
  const done: Child[] = []
  const left = [...list].reverse()
  for (let child = left.pop(); child !== undefined; child = left.pop()) {
    const previous = done.at(-1)
    const next = left.at(-1)
    if (!isOpen(child) || !isUnderfull(child) || (previous === undefined && next === undefined)) {
      done.push(child)
    } else if (previous === undefined || isCheaper(next, previous)) {
      left.pop()
      left.push(await join(store, [child, next, left.at(-1)], depth))
    } else {
      done.pop()
      left.push(await join(store, [previous, child, next], depth))
    }
  }
  return done.flatMap((child): Child[] => (isOpen(child) ? split(child) : [child]))
}

/** Whether joining with `a` costs less than with `b`: one that is written anyway costs nothing, a small one little. */
function isCheaper(a: Child | undefined, b: Child | undefined): boolean {
  return a !== undefined && b !== undefined && cost(a) < cost(b)
}

function cost(child: Child): number {
  return isOpen(child) ? 0 : child.ref.length
}

/** One node of two neighbours; the third is what comes after them. */
async function join(
  store: NodeStore,
  [left, right, after]: readonly (Child | undefined)[],
  depth: number,
): Promise<OpenNode> {
  if (left === undefined || right === undefined) throw new RangeError('two nodes to join')
  const leftNode = await opened(store, left, firstKeyOfChild(right), depth)
  const rightNode = await opened(store, right, after === undefined ? undefined : firstKeyOfChild(after), depth)
  const joined = concatenate(leftNode, rightNode)
  return joined.kind === 'leaf' ? joined : { ...joined, children: await balanced(store, joined.children, depth + 1) }
}

async function opened(
  store: NodeStore,
  child: Child,
  before: Uint8Array | undefined,
  depth: number,
): Promise<OpenNode> {
  if (isOpen(child)) return child
  const node = await store.load(child.ref, { firstKey: child.key, before, depth })
  return node.kind === 'leaf' ? node : { kind: 'inner', children: node.entries }
}

/** Writes a node after its children. */
async function write(store: NodeStore, node: OpenNode): Promise<Ref> {
  if (node.kind === 'leaf') return store.save(node)
  const entries: InnerEntry[] = []
  for (const child of node.children) {
    entries.push(isOpen(child) ? { key: firstKeyOfChild(child), ref: await write(store, child) } : child)
  }
  return store.save({ kind: 'inner', entries })
}

/** The changes of each entry's range of keys; the first entry also takes those below its first key. */
function distribute(entries: readonly InnerEntry[], changes: readonly Change[]): Change[][] {
  const parts: Change[][] = entries.map(() => [])
  for (const change of changes) parts[Math.max(0, countUpTo(entries, change.key) - 1)]?.push(change)
  return parts
}

function equalValues(a: CborValue, b: CborValue): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b)
  }
  return a.length === b.length && a.every((item, i) => equalValues(item, b[i] ?? null))
}
