import { chunkKey, deriveHeadKey, deriveSessionKey, deriveVolumeKey, masterKeyTypedData } from '@storgo/protocol'
import { hexToBytes, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { hkdfSha256, sealAesGcm } from '../../../protocol/src/platform/node.ts'
import { MASTER_KEY, stream } from './material.ts'

/** Every derived key, and a master key in its envelope: section 5. */
export async function keyVectors() {
  const [chainId, volumeId] = [31337, 0x0102030405060708n]
  const volumeKey = deriveVolumeKey(MASTER_KEY, chainId, volumeId)
  const encoded = stream('encoded', 100)
  return {
    description: 'docs/protocol/types.md, section 5.',
    masterKey: MASTER_KEY,
    chainId,
    volumeId,
    volumeKey,
    headKey: deriveHeadKey(volumeKey),
    sessionKeys: [1, 2, 0xffffffff].map((generation) => ({
      generation,
      ...deriveSessionKey(MASTER_KEY, chainId, generation),
    })),
    chunkKey: { encoded, key: await chunkKey(volumeKey, encoded) },
    envelope: await envelopeVector(chainId),
  }
}

async function envelopeVector(chainId: number) {
  const walletPrivateKey = `0x${'11'.repeat(32)}` as const
  const [salt, nonce] = [stream('salt', 32), stream('nonce', 12)]
  const walletSignature = await privateKeyToAccount(walletPrivateKey).signTypedData(masterKeyTypedData(chainId, salt))
  // The library draws its own nonce, so the steps are taken one by one.
  const walletKey = hkdfSha256(hexToBytes(walletSignature).slice(0, 64), salt, stringToBytes('storgo/wallet/1'))
  const sealed = await sealAesGcm(walletKey, nonce, MASTER_KEY)
  return { walletPrivateKey, walletSignature, walletKey, kind: 0, salt, nonce, sealed }
}
