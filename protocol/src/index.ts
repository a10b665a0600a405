export { pairHasher, randomBytes, sha256 } from '#platform'
export * from './bytes.ts'
export { Catalog, type CatalogOptions } from './catalog/catalog.ts'
export {
  CHUNK_KEYS,
  type ChunkEntry,
  chunkKeyOf,
  decodeChunkEntry,
  decodeFileEntry,
  encodeChunkEntry,
  encodeFileEntry,
  FILE_KEYS,
  type FileEntry,
  fileKeyOf,
  fileKeysBelow,
  MAX_MEDIA_TYPE_BYTES,
  pathOfKey,
} from './catalog/entries.ts'
export { decodeFreeRuns, encodeFreeRuns, FREE_RUNS_KEY, MAX_FREE_RUNS } from './catalog/free-runs.ts'
export type { LeafEntry, Ref } from './catalog/node.ts'
export { assertPath, MAX_PATH_TEXT_BYTES } from './catalog/path.ts'
export type { Change } from './catalog/rewrite.ts'
export {
  decodeRootRow,
  decodeRootsCover,
  encodeRootsCover,
  ROOTS_KEY,
  ROW_LEVELS,
  ROW_NODES,
  type RootsCover,
  rootRowKey,
} from './catalog/root-rows.ts'
export type { Page, ScanRange } from './catalog/scan.ts'
export type { CborValue } from './cbor/plain-cbor.ts'
export * from './chunking/chunks.ts'
export * from './erasure/erasure-code.ts'
export * from './errors.ts'
export {
  decodeHead,
  encodeHead,
  type Head,
  headHash,
  MAX_FREED_RUNS_OF_HEAD,
  readEnvelopes,
  readFreed,
} from './head/head-record.ts'
export * from './keys/derive-keys.ts'
export * from './keys/master-key.ts'
export * from './log/extent.ts'
export * from './log/leaf-range.ts'
export type { FreedRun, SectorRun } from './log/sector-runs.ts'
export { MAX_MANIFEST_ENTRIES, type Manifest, type ManifestEntry } from './manifest/manifest-format.ts'
export { ManifestWriter, type ManifestWriterOptions, type SealedManifestNode } from './manifest/manifest-writer.ts'
export { type PlacedChunk, type ReadManifestOptions, readManifest } from './manifest/read-manifest.ts'
export { openManifest, type SealedManifest } from './manifest/sealed-manifest.ts'
export { decodeHello, encodeHello, HELLO_PROTOCOL, type Hello } from './messages/hello.ts'
export * from './messages/reply.ts'
export {
  decodeCertificate,
  decodeReceipt,
  decodeSignedState,
  encodeCertificate,
  encodeReceipt,
  encodeSignedState,
  type Forwarded,
  type ForwardedCertificate,
} from './messages/signed-state.ts'
export * from './messages/slot-certify.ts'
export * from './messages/slot-commit.ts'
export * from './messages/slot-history.ts'
export * from './messages/slot-pen.ts'
export * from './messages/slot-read.ts'
export * from './messages/slot-release.ts'
export {
  type CertifiedState,
  decodeSlotStateReply,
  decodeSlotStateRequest,
  encodeSlotStateReply,
  encodeSlotStateRequest,
  type LatestState,
  SLOT_STATE_PROTOCOL,
  type SlotStateReply,
  type SlotStateRequest,
} from './messages/slot-state.ts'
export * from './messages/slot-sync.ts'
export * from './messages/slot-write.ts'
export * from './messages/wire-limits.ts'
export * from './pen/decide.ts'
export type { HeldRef, Shape } from './pen/refusals.ts'
export * from './pen/slot-rules.ts'
export * from './proof/challenge.ts'
export * from './proof/encode-proof.ts'
export * from './sealing/chunk.ts'
export type { Codec } from './sealing/encode-chunk.ts'
export * from './sealing/seal.ts'
export * from './state/certificate.ts'
export type { SigningDomain } from './state/eip712.ts'
export * from './state/hello.ts'
export * from './state/pen-promise.ts'
export * from './state/receipt.ts'
export * from './state/release.ts'
export * from './state/signature.ts'
export * from './state/state.ts'
export * from './tree/depth.ts'
export { foldLevels } from './tree/fold-levels.ts'
export * from './tree/prove-path.ts'
export * from './tree/roots.ts'
export { type SectorTree, sectorTree } from './tree/sector-tree.ts'
export * from './tree/verify-path.ts'
export * from './tree/zero-root.ts'
export * from './units.ts'
