import { storageMarketAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** What a provider has earned by settled slots and its owner may withdraw, in the token's smallest unit. */
export async function readEarnings({ publicClient, deployment }: Chain, provider: Address): Promise<bigint> {
  const call = {
    address: deployment.market,
    abi: storageMarketAbi,
    functionName: 'earnings',
    args: [provider],
  } as const
  return onChain(() => publicClient.readContract(call))
}
