import { compareBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { type InnerEntry, innerEntrySize, type LeafEntry, leafEntrySize, NODE_FRAME_BYTES } from './node.ts'

/** A leaf that will be written: any number of entries, in order. */
type OpenLeaf = { readonly kind: 'leaf'; readonly entries: readonly LeafEntry[] }
/** An inner node that will be written, some of its children too. */
type OpenInner = { readonly kind: 'inner'; readonly children: readonly Child[] }
export type OpenNode = OpenLeaf | OpenInner
/** A child that stays as it is in the log, or one that will be written. */
export type Child = InnerEntry | OpenNode

/**
 * Where the writer cuts nodes, in encoded bytes: well below the format's bound, because a change writes one node a level
 * again. With 100 000 entries a new file of four chunks writes 57 kB and a look-up reads 3 nodes; with the format's
 * 32 768 it would be 148 kB and 2 nodes, with 4 096 37 kB and 4 nodes.
 */
const SPLIT_BYTES = 8192
/** A node below this size is joined with a neighbour. */
const JOIN_BYTES = SPLIT_BYTES / 4

export function isOpen(child: Child): child is OpenNode {
  return 'kind' in child
}

export function firstKeyOfChild(child: Child): Uint8Array {
  if (!isOpen(child)) return child.key
  if (child.kind === 'leaf') return some(child.entries[0]).key
  return firstKeyOfChild(some(child.children[0]))
}

/** Whether a node must be joined with a neighbour if it has one. */
export function isUnderfull(node: OpenNode): boolean {
  if (node.kind === 'inner' && node.children.length < 2) return true
  let size = NODE_FRAME_BYTES
  return sizes(node).every((entry) => {
    size += entry
    return size < JOIN_BYTES
  })
}

/** Cuts a node that is too large into neighbours of about the same size. */
export function split(node: OpenNode): OpenNode[] {
  const entries = sizes(node)
  const fewest = node.kind === 'leaf' ? 1 : 2
  return cut(entries, 0, entries.length, fewest).map(([start, end]) =>
    node.kind === 'leaf'
      ? { kind: 'leaf', entries: node.entries.slice(start, end) }
      : { kind: 'inner', children: node.children.slice(start, end) },
  )
}

/** One node of the entries of two neighbours. @throws {StorgoError} `CATALOG_CORRUPT` if they cannot be neighbours. */
export function concatenate(left: OpenNode, right: OpenNode): OpenNode {
  if (left.kind === 'leaf' && right.kind === 'leaf') {
    const last = left.entries.at(-1)?.key
    const first = right.entries[0]?.key
    if (last === undefined || first === undefined || compareBytes(last, first) < 0) {
      return { kind: 'leaf', entries: [...left.entries, ...right.entries] }
    }
    throw new StorgoError('CATALOG_CORRUPT', 'neighbouring leaves are out of order')
  }
  if (left.kind === 'inner' && right.kind === 'inner') {
    return { kind: 'inner', children: [...left.children, ...right.children] }
  }
  throw new StorgoError('CATALOG_CORRUPT', 'a leaf and an inner node are neighbours')
}

function sizes(node: OpenNode): number[] {
  return node.kind === 'leaf'
    ? node.entries.map(leafEntrySize)
    : node.children.map((child) => innerEntrySize(firstKeyOfChild(child)))
}

/** Ranges of entries, each of which fits a node, by halves: so that no range is much smaller than another. */
function cut(sizes: readonly number[], start: number, end: number, fewest: number): [number, number][] {
  let total = 0
  for (let i = start; i < end; i++) total += sizes[i] ?? 0
  const nodes = Math.ceil(total / (SPLIT_BYTES - NODE_FRAME_BYTES))
  if (nodes <= 1 || end - start < 2 * fewest) return [[start, end]]
  const wanted = (total * Math.ceil(nodes / 2)) / nodes
  let middle = start
  for (let left = 0; left < wanted; middle++) left += sizes[middle] ?? 0
  middle = Math.min(Math.max(middle, start + fewest), end - fewest)
  return [...cut(sizes, start, middle, fewest), ...cut(sizes, middle, end, fewest)]
}

/** No open node is empty; the type does not say so. */
function some<T>(value: T | undefined): T {
  if (value === undefined) throw new StorgoError('INTERNAL', 'an open catalog node is empty')
  return value
}
