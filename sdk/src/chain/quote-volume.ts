import { storageMarketAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/**
 * What a volume over these providers costs per epoch at their current asks, in the token's smallest unit.
 *
 * @throws {StorgoError} `TRANSACTION_FAILED` if one of them is not registered.
 */
export async function quoteVolume(
  { publicClient, deployment }: Chain,
  { providers, sectors }: { providers: readonly Address[]; sectors: number },
): Promise<bigint> {
  const args = [providers, sectors] as const
  const call = { address: deployment.market, abi: storageMarketAbi, functionName: 'quote', args } as const
  return onChain(() => publicClient.readContract(call))
}
