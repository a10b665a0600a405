import { deriveHeadKey, deriveSessionKey, deriveVolumeKey } from '@storgo/protocol'

/** The secrets of one volume, 32 bytes each. `sessionKey` is a secp256k1 private key. */
export type VolumeKeys = { volumeKey: Uint8Array; headKey: Uint8Array; sessionKey: Uint8Array }

/** @param generation of the session key that the chain names. */
export function volumeKeysOf(
  masterKey: Uint8Array,
  { chainId, volumeId, generation }: { chainId: number; volumeId: bigint; generation: number },
): VolumeKeys {
  const volumeKey = deriveVolumeKey(masterKey, chainId, volumeId)
  const { privateKey } = deriveSessionKey(masterKey, chainId, generation)
  return { volumeKey, headKey: deriveHeadKey(volumeKey), sessionKey: privateKey }
}
