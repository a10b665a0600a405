import { storageMarketAbi, storgoTokenAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** What an account has, each in the smallest unit. */
export type Balance = {
  ether: bigint
  stor: bigint
  /** Refunds that wait in the market to be withdrawn. */
  credit: bigint
}

export async function readBalance({ publicClient, deployment }: Chain, address: Address): Promise<Balance> {
  const { token, market } = deployment
  const args = [address] as const
  const [ether, stor, credit] = await onChain(() =>
    Promise.all([
      publicClient.getBalance({ address }),
      publicClient.readContract({ address: token, abi: storgoTokenAbi, functionName: 'balanceOf', args }),
      publicClient.readContract({ address: market, abi: storageMarketAbi, functionName: 'credit', args }),
    ]),
  )
  return { ether, stor, credit }
}
