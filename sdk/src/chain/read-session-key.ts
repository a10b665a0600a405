import { proofOfStorageAbi } from '@storgo/contracts/abi'
import { type Address, zeroAddress } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** A key that may sign states; `expiresAt` in Unix seconds. */
export type SessionKey = { address: Address; expiresAt: bigint }

/** The session key of one generation of a volume, or `undefined` if there has been none. */
export async function readSessionKey(
  { publicClient, deployment }: Chain,
  { volumeId, generation }: { volumeId: bigint; generation: number },
): Promise<SessionKey | undefined> {
  const args = [volumeId, generation] as const
  const call = { address: deployment.proofs, abi: proofOfStorageAbi, functionName: 'sessionKey', args } as const
  const [address, expiresAt] = await onChain(() => publicClient.readContract(call))
  return address === zeroAddress ? undefined : { address, expiresAt }
}
