import { chunkKey, deriveVolumeKey, seal, sealChunk, sha256 } from '@storgo/protocol'
import { hexToBytes } from 'viem'
import { MASTER_KEY, STREAM, stream } from './material.ts'

/** `stream("zstd", 64)` sixteen times, by Zstandard 1.5 at level 1: fixed here, because another release may pack it otherwise. */
const ZSTD_FRAME =
  '0x28b52ffd6000034d0200040461df83e2d0b7d54ae7c8a01f8c1c07e2d93c93ed4f0a2671a9a41835f5fa6a53af2c121d57bec47e160e5733dc4fe457b5784d4b8ca149f1a024d4866d798431010040efa10a51'

/** Chunks as they are stored: section 6. */
export async function sealingVectors() {
  const volumeKey = deriveVolumeKey(MASTER_KEY, 31337, 1n)
  const raw = await Promise.all(
    [1, 64, 1000].map(async (bytes) => {
      const { sealed, digest, key, codec, plainBytes } = await sealChunk(volumeKey, stream('chunk', bytes))
      return { label: 'chunk', repeat: 1, codec, plainBytes, key, digest, sealed }
    }),
  )
  return {
    description: `docs/protocol/types.md, section 6. ${STREAM}. The plain bytes are stream(label, plainBytes / repeat), that many times.`,
    volumeKey,
    chunks: [...raw, await compressed(volumeKey)],
  }
}

async function compressed(volumeKey: Uint8Array) {
  const encoded = hexToBytes(ZSTD_FRAME)
  const key = await chunkKey(volumeKey, encoded)
  const sealed = await seal(key, encoded)
  return { label: 'zstd', repeat: 16, codec: 1, plainBytes: 1024, key, digest: sha256(sealed), sealed }
}
