import { compareBytes } from '../bytes.ts'
import { asBytes, asInteger, asList } from '../cbor/cbor-shape.ts'
import { cborSize } from '../cbor/cbor-size.ts'
import { type CborValue, encodeCbor, readCbor } from '../cbor/plain-cbor.ts'
import type { Extent } from '../log/extent.ts'
import { SEAL_OVERHEAD_BYTES } from '../sealing/seal.ts'
import { CHUNK_BYTES, HASH_BYTES } from '../units.ts'

/** Where a node is: the extent of its sealed bytes in the log, and the chunk key (32 bytes) that opens them. */
export type Ref = Extent & { key: Uint8Array }

export type LeafEntry = { readonly key: Uint8Array; readonly value: CborValue }
/** `key` is the least key below the child. */
export type InnerEntry = { readonly key: Uint8Array; readonly ref: Ref }
export type Leaf = { readonly kind: 'leaf'; readonly entries: readonly LeafEntry[] }
export type Inner = { readonly kind: 'inner'; readonly entries: readonly InnerEntry[] }
/** A node of the catalog's tree; its entries are in strictly ascending order of keys. */
export type Node = Leaf | Inner

/** Most bytes of an encoded node with more than one entry: docs/protocol/types.md, section 10. */
export const MAX_NODE_BYTES = 32_768
/** Most bytes of a key: the kind's byte and a path. */
export const MAX_KEY_BYTES = 4097
/** Most bytes of a node around its entries: the list, its kind and the head of the list of entries. */
export const NODE_FRAME_BYTES = 5

export function encodeNode({ kind, entries }: Node): Uint8Array {
  return encodeCbor(
    kind === 'leaf'
      ? [0, entries.map(({ key, value }) => [key, value])]
      : [1, entries.map(({ key, ref }) => [key, refToCbor(ref)])],
  )
}

/**
 * Reads one node by itself: its size, its shape, the order of its keys.
 *
 * @throws {StorgoError} `CATALOG_CORRUPT`.
 */
export function decodeNode(bytes: Uint8Array): Node {
  return readCbor(bytes, { code: 'CATALOG_CORRUPT', what: 'catalog node' }, (value) => {
    const [kind, list] = asList(value, 2)
    const items = asList(list).map((item) => asList(item, 2))
    const node: Node =
      asInteger(kind, 0, 1) === 0
        ? { kind: 'leaf', entries: items.map(([key, stored]) => ({ key: keyOf(key), value: stored ?? null })) }
        : { kind: 'inner', entries: items.map(([key, ref]) => ({ key: keyOf(key), ref: refOfCbor(ref) })) }
    if (node.entries.length < (node.kind === 'leaf' ? 1 : 2)) throw new RangeError('too few entries')
    if (bytes.length > MAX_NODE_BYTES && node.entries.length > 1) throw new RangeError('too large')
    if (!isAscending(node.entries)) throw new RangeError('keys are out of order')
    return node
  })
}

/** The form of a ref in a node or a head record. */
export function refToCbor({ offset, length, key }: Ref): CborValue {
  return [offset, length, key]
}

/** @throws {Error} for anything but a ref; for `readCbor` to report. */
export function refOfCbor(value: CborValue | undefined): Ref {
  const [offset, length, key] = asList(value, 3)
  return {
    offset: asInteger(offset),
    length: asInteger(length, SEAL_OVERHEAD_BYTES + 1, SEAL_OVERHEAD_BYTES + CHUNK_BYTES),
    key: asBytes(key, HASH_BYTES),
  }
}

export function leafEntrySize({ key, value }: LeafEntry): number {
  return 1 + cborSize(key) + cborSize(value)
}

/** An upper bound while the child's ref is not known yet: the longest offset and length. */
export function innerEntrySize(key: Uint8Array): number {
  return 1 + cborSize(key) + 1 + 9 + 5 + 2 + HASH_BYTES
}

/** How many entries have a key at or before `key`; the entries are in order. */
export function countUpTo(entries: readonly { readonly key: Uint8Array }[], key: Uint8Array): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry !== undefined && compareBytes(entry.key, key) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function keyOf(value: CborValue | undefined): Uint8Array {
  return asBytes(value, 1, MAX_KEY_BYTES)
}

function isAscending(entries: readonly { readonly key: Uint8Array }[]): boolean {
  return entries.every(({ key }, i) => {
    const previous = entries[i - 1]
    return previous === undefined || compareBytes(previous.key, key) < 0
  })
}
