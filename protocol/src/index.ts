export { pairHasher, randomBytes, sha256 } from '#platform'
export * from './bytes.ts'
export * from './chunking/chunks.ts'
export * from './erasure/erasure-code.ts'
export * from './errors.ts'
export * from './keys/derive-keys.ts'
export * from './keys/master-key.ts'
export * from './log/extent.ts'
export * from './log/leaf-range.ts'
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
export * from './messages/slot-read.ts'
export * from './messages/slot-state.ts'
export * from './messages/slot-write.ts'
export * from './messages/wire-limits.ts'
export * from './proof/challenge.ts'
export * from './proof/encode-proof.ts'
export * from './sealing/chunk.ts'
export type { Codec } from './sealing/encode-chunk.ts'
export * from './sealing/seal.ts'
export * from './state/certificate.ts'
export type { SigningDomain } from './state/eip712.ts'
export * from './state/hello.ts'
export * from './state/receipt.ts'
export * from './state/signature.ts'
export * from './state/state.ts'
export * from './tree/depth.ts'
export * from './tree/prove-path.ts'
export * from './tree/roots.ts'
export * from './tree/verify-path.ts'
export * from './tree/zero-root.ts'
export * from './units.ts'
