import { storageMarketAbi } from '@storgo/contracts/abi'
import type { Address } from 'viem'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Moves what a provider earned to its owner. Anybody may.
 *
 * @throws {StorgoError} as {@link send}; `details.error` is `StorageMarketNothingToWithdraw` if there is nothing.
 */
export async function withdrawEarnings(chain: Chain, provider: Address): Promise<Sent> {
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'withdrawEarnings', args: [provider] })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
