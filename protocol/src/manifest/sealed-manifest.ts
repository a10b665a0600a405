import { digestSha256 } from '#platform'
import { equalBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { SEAL_OVERHEAD_BYTES, seal, unseal } from '../sealing/seal.ts'
import { CHUNK_BYTES } from '../units.ts'
import { decodeManifest, type Manifest } from './manifest-format.ts'

/** A file as it is stored: `digest` is its address, `fileKey` (32 bytes) opens `sealed`, its manifest's root. */
export type SealedManifest = { digest: Uint8Array; fileKey: Uint8Array; sealed: Uint8Array; size: number }

/** @param fileKey 32 bytes that have sealed nothing yet. */
export async function sealManifest(bytes: Uint8Array, fileKey: Uint8Array): Promise<Omit<SealedManifest, 'size'>> {
  const sealed = await seal(fileKey, bytes)
  return { digest: await digestSha256(sealed), fileKey, sealed }
}

/**
 * Reads a manifest's root that came from anywhere.
 *
 * @throws {StorgoError} `SECTOR_CORRUPT` if `sealed` is not what `digest` names, so another provider may have it;
 *   `DECRYPTION_FAILED` if the key does not open it; `MANIFEST_CORRUPT` if it is no manifest.
 */
export async function openManifest({ digest, fileKey, sealed }: Omit<SealedManifest, 'size'>): Promise<Manifest> {
  if (sealed.length > CHUNK_BYTES + SEAL_OVERHEAD_BYTES || !equalBytes(await digestSha256(sealed), digest)) {
    throw new StorgoError('SECTOR_CORRUPT', 'the bytes are not those of the manifest', { bytes: sealed.length })
  }
  return decodeManifest(await unseal(fileKey, sealed))
}
