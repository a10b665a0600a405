import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import { type Address, hexToBytes } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/**
 * What the contract keeps of the states that a provider's proof of an epoch has used: the first 28 bytes of the keccak256 hash of
 * their list as `EpochProven.statesUsed` has it, or `undefined` without a proof and once the provider may have proven 64 epochs since.
 */
export async function readStatesUsed(
  { publicClient, deployment }: Chain,
  { provider, epoch }: { provider: Address; epoch: Epoch },
): Promise<Uint8Array | undefined> {
  const args = [provider, epoch] as const
  const call = { address: deployment.proofs, abi: proofOfStorageAbi, functionName: 'statesUsed', args } as const
  const [known, listHash] = await onChain(() => publicClient.readContract(call))
  return known ? hexToBytes(listHash) : undefined
}
