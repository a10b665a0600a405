import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import { hexToBytes } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** An epoch's seed, 28 bytes, or `undefined` while nobody has stored it (and once 64 later ones have been). */
export async function readSeed({ publicClient, deployment }: Chain, epoch: Epoch): Promise<Uint8Array | undefined> {
  const call = { address: deployment.proofs, abi: proofOfStorageAbi, functionName: 'seedOf', args: [epoch] } as const
  const [known, seed] = await onChain(() => publicClient.readContract(call))
  return known ? hexToBytes(seed) : undefined
}
