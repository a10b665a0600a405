import { type Catalog, type Certificate, decodeHead, type Envelope, readEnvelopes } from '@storgo/protocol'
import type { Belief } from './believe.ts'
import type { VolumeKeys } from './volume-keys.ts'
import type { VolumeReader } from './volume-reader.ts'
import type { VolumeRecord } from './volume-record.ts'
import type { CatalogHead } from './volume-writer.ts'

/** One certified version of a volume, as read from a quorum of its slots. */
export type Version = {
  record: VolumeRecord
  keys: VolumeKeys
  /** Absent while the volume is empty, as is `certificate`. */
  reader?: VolumeReader
  certificate?: Certificate
  catalog: Catalog
  head: CatalogHead & { tail: number }
  envelopes: readonly Envelope[]
}

/** Runs reads of one call on one version. */
export type Reading = <T>(use: (version: Version) => Promise<T>) => Promise<T>

/**
 * Opens what a volume's slots are believed to hold; without a certified state, the empty volume.
 * @param readerOf a reader of that state, whose log has so many bytes.
 * @throws {StorgoError} `HEAD_INVALID` if the head record does not open with the volume's key.
 */
export async function openVersion(
  record: VolumeRecord,
  keys: VolumeKeys,
  certified: Belief['certified'],
  { catalog, readerOf }: { catalog: Catalog; readerOf: (tail: number) => VolumeReader | undefined },
): Promise<Version> {
  if (!certified) {
    const head = { tail: 0, root: null, files: 0, plainBytes: 0 }
    return { record, keys, catalog: catalog.at(null), head, envelopes: [] }
  }
  const { certificate, headRecord } = certified
  const head = await decodeHead(headRecord, keys.headKey)
  const reader = readerOf(head.tail)
  const envelopes = readEnvelopes(headRecord)
  return { record, keys, ...(reader && { reader }), certificate, catalog: catalog.at(head.root), head, envelopes }
}
