import type { IndexReader } from './index-database.ts'
import { patchKey } from './keys.ts'
import { brokenRecord, RecordWriter } from './record-bytes.ts'
import { NO_PATCH } from './sector-page.ts'
import type { RecordedPatch } from './store-record.ts'

const HEADER_BYTES = 14

/** A patch as the index keeps it. A sector's patches are a chain from the newest to the oldest. */
export type PatchLink = {
  /** The patch before, {@link NO_PATCH} for none. */
  previous: number
  /** Patches from here on, this one included. */
  count: number
  /** Bytes that they change. */
  totalBytes: number
  sealed: Uint8Array
}

/** previous uint48 ‖ count uint32 ‖ totalBytes uint32 ‖ sealed bytes. */
export function encodePatchLink({ previous, count, totalBytes, sealed }: PatchLink): Uint8Array {
  return new RecordWriter().uint(previous, 6).uint(count, 4).uint(totalBytes, 4).bytes(sealed).end()
}

/** The chain of a sector whose newest patch is `patch`, from the newest on. */
export function* chainOf(index: Pick<IndexReader, 'get'>, patch: number): Generator<PatchLink & { patch: number }> {
  for (let next = patch; next !== NO_PATCH; ) {
    const link = readLink(index, next)
    yield { ...link, patch: next }
    next = link.previous
  }
}

/** How many patches lie over a sector's cell, and the bytes that they change. */
export function unfoldedOf(index: Pick<IndexReader, 'get'>, patch: number): { count: number; totalBytes: number } {
  return patch === NO_PATCH ? { count: 0, totalBytes: 0 } : readLink(index, patch)
}

/** The link that a new patch is over `previous`. */
export function linkOver(index: Pick<IndexReader, 'get'>, previous: number, added: RecordedPatch): PatchLink {
  const { count, totalBytes } = unfoldedOf(index, previous)
  return { previous, count: count + 1, totalBytes: totalBytes + added.plainBytes, sealed: added.sealed }
}

function readLink(index: Pick<IndexReader, 'get'>, patch: number): PatchLink {
  const value = index.get(patchKey(patch))
  if (value === undefined) throw brokenRecord('patch')
  const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return {
    previous: view.readUIntBE(0, 6),
    count: view.readUInt32BE(6),
    totalBytes: view.readUInt32BE(10),
    sealed: value.subarray(HEADER_BYTES),
  }
}
