import { providerRegistryAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** Whether a registered provider with stake has that operator. */
export async function isProvider({ publicClient, deployment }: Chain, operator: Address): Promise<boolean> {
  const { registry: address } = deployment
  const call = { address, abi: providerRegistryAbi, functionName: 'isActive', args: [operator] } as const
  return onChain(() => publicClient.readContract(call))
}
