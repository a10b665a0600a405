import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** Whether a provider has proven in an epoch. */
export async function hasProven(
  { publicClient, deployment }: Chain,
  { provider, epoch }: { provider: Address; epoch: Epoch },
): Promise<boolean> {
  const args = [provider, epoch] as const
  const call = { address: deployment.proofs, abi: proofOfStorageAbi, functionName: 'hasProven', args } as const
  return onChain(() => publicClient.readContract(call))
}
