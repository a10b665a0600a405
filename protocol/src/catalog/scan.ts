import { compareBytes } from '../bytes.ts'
import { countUpTo, type LeafEntry, type Node, type Ref } from './node.ts'
import type { NodeStore, Place } from './node-store.ts'
import { readAhead } from './read-ahead.ts'

/** Most entries of a page. */
export const MAX_PAGE = 10_000
/** Most children of a node that are read while others are looked at. */
const MOST_AHEAD = 16
/** About the fewest entries a leaf has, so that a small page reads few leaves that it does not need. */
const ENTRIES_A_LEAF = 32

/** Which entries: those whose key starts with `prefix` and is greater than `after`, the first `limit` of them. */
export type ScanRange = { prefix?: Uint8Array; after?: Uint8Array; limit: number }

/** `next` is what to pass as `after` for the next page; absent on the last. */
export type Page = { entries: LeafEntry[]; next?: Uint8Array }

/** One page of the tree below `root`. */
export async function scan(store: NodeStore, root: Ref | null, range: ScanRange): Promise<Page> {
  const found: LeafEntry[] = []
  // One entry more than the page has tells whether another page follows.
  if (root !== null) {
    const top = await store.load(root, { depth: 0 })
    await collect(store, top, { depth: 0 }, { ...range, limit: range.limit + 1 }, found)
  }
  if (found.length <= range.limit) return { entries: found }
  const entries = found.slice(0, range.limit)
  const next = entries.at(-1)?.key
  return next === undefined ? { entries } : { entries, next }
}

/** Adds what `range` has in and below `node`. @returns whether later nodes may have more of it. */
async function collect(
  store: NodeStore,
  node: Node,
  place: Place,
  range: ScanRange,
  found: LeafEntry[],
): Promise<boolean> {
  const start = startOf(range)
  const first = start === undefined ? 0 : Math.max(0, countUpTo(node.entries, start) - 1)
  if (node.kind === 'leaf') {
    for (const entry of node.entries.slice(first)) {
      if (isPast(entry.key, range) || found.length === range.limit) return false
      if (isReached(entry.key, range)) found.push(entry)
    }
    return true
  }
  const ahead = () => Math.min(MOST_AHEAD, 1 + Math.floor((range.limit - found.length) / ENTRIES_A_LEAF))
  const children = readAhead(store, node, { first, place, ahead, isPast: (key) => isPast(key, range) })
  for await (const child of children) {
    if (!(await collect(store, child.node, child.place, range, found))) return false
  }
  return true
}

/** A key at or before the first one of the range. */
function startOf({ prefix, after }: ScanRange): Uint8Array | undefined {
  if (prefix === undefined || after === undefined) return prefix ?? after
  return compareBytes(prefix, after) < 0 ? after : prefix
}

function isReached(key: Uint8Array, { prefix, after }: ScanRange): boolean {
  return (
    (after === undefined || compareBytes(key, after) > 0) && (prefix === undefined || compareBytes(key, prefix) >= 0)
  )
}

function isPast(key: Uint8Array, { prefix }: ScanRange): boolean {
  if (prefix === undefined) return false
  for (let i = 0; i < prefix.length; i++) {
    const wanted = prefix[i] as number
    const byte = key[i]
    if (byte !== wanted) return byte !== undefined && byte > wanted
  }
  return false
}
